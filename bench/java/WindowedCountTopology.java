import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.WindowedSerdes;
import org.apache.kafka.streams.state.WindowStore;

/** Counts the records of each key in windows of a minute, which take late records for half a minute. */
final class WindowedCountTopology implements Topologies {
    private static final long SIZE_MS = 60_000;
    private final long advanceMs;

    WindowedCountTopology(long advanceMs) {
        this.advanceMs = advanceMs;
    }

    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        TimeWindows windows = TimeWindows.ofSizeAndGrace(Duration.ofMillis(SIZE_MS), Duration.ofSeconds(30));
        builder.stream(inputs.get(0).asText(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
            .groupByKey()
            .windowedBy(windows.advanceBy(Duration.ofMillis(advanceMs)))
            .count(Materialized.<String, Long, WindowStore<Bytes, byte[]>>as("counts")
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.Long()))
            .toStream()
            .to(output, Produced.with(WindowedSerdes.timeWindowedSerdeFrom(String.class, SIZE_MS), Serdes.Long()));
    }
}
