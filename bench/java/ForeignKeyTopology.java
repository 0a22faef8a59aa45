import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/** Joins a table with the rows of another one that its values name. */
final class ForeignKeyTopology implements Topologies {
    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        var consumed = Consumed.with(Serdes.String(), Serdes.ByteArray());
        var transfers = builder.table(inputs.get(0).asText(), consumed,
            Materialized.<String, byte[], KeyValueStore<Bytes, byte[]>>as("transfers"));
        var accounts = builder.table(inputs.get(1).asText(), consumed,
            Materialized.<String, byte[], KeyValueStore<Bytes, byte[]>>as("accounts"));
        Function<byte[], String> accountOf =
            value -> new String(value, Transfer.ACCOUNT_AT, Transfer.ACCOUNT_LENGTH, StandardCharsets.UTF_8);
        transfers.leftJoin(accounts, accountOf, Concatenation::of)
            .toStream()
            .to(output, Produced.with(Serdes.String(), Serdes.ByteArray()));
    }
}
