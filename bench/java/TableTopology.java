import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;

/** A table that nobody reads. */
final class TableTopology implements Topologies {
    private final KeyValueBytesStoreSupplier rows;

    TableTopology(KeyValueBytesStoreSupplier rows) {
        this.rows = rows;
    }

    @Override
    public void write(StreamsBuilder builder, JsonNode inputs, String output) {
        builder.table(inputs.get(0).asText(), Consumed.with(Serdes.String(), Serdes.ByteArray()), Materialized.as(rows));
    }
}
