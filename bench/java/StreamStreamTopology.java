import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.StreamJoined;

/** Joins two streams: records of one key that are at most ten seconds apart. */
final class StreamStreamTopology implements Topologies {
    private final boolean keepsUnmatched;

    StreamStreamTopology(boolean keepsUnmatched) {
        this.keepsUnmatched = keepsUnmatched;
    }

    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        var consumed = Consumed.with(Serdes.String(), Serdes.ByteArray());
        var windows = JoinWindows.ofTimeDifferenceAndGrace(Duration.ofSeconds(10), Duration.ofSeconds(10));
        var joined = StreamJoined.with(Serdes.String(), Serdes.ByteArray(), Serdes.ByteArray());
        var left = builder.stream(inputs.get(0).asText(), consumed);
        var right = builder.stream(inputs.get(1).asText(), consumed);
        var both = keepsUnmatched
            ? left.leftJoin(right, Concatenation::of, windows, joined)
            : left.join(right, Concatenation::of, windows, joined);
        both.to(output, Produced.with(Serdes.String(), Serdes.ByteArray()));
    }
}
