import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Joined;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/** Joins each record of a stream with the row of its key. */
final class StreamTableTopology implements Topologies {
    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        var consumed = Consumed.with(Serdes.String(), Serdes.ByteArray());
        var table = builder.table(inputs.get(1).asText(), consumed,
            Materialized.<String, byte[], KeyValueStore<Bytes, byte[]>>as("rows"));
        builder.stream(inputs.get(0).asText(), consumed)
            .join(table, Concatenation::of, Joined.with(Serdes.String(), Serdes.ByteArray(), Serdes.ByteArray()))
            .to(output, Produced.with(Serdes.String(), Serdes.ByteArray()));
    }
}
