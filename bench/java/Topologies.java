import com.fasterxml.jackson.databind.JsonNode;
import java.util.Properties;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/** The twins of bench/ours/topologies, by the same names. */
interface Topologies {
    void write(StreamsBuilder builder, JsonNode inputs, String output);

    default Topology build(JsonNode order, Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        write(builder, order.get("inputs"), order.get("output").asText());
        return builder.build(properties);
    }

    static Topologies of(JsonNode order) {
        return switch (order.get("topology").asText()) {
            case "bytes" -> new BytesTopology();
            case "json" -> new JsonTopology();
            case "count" -> new CountTopology();
            case "tumbling" -> new WindowedCountTopology(60_000);
            case "hopping" -> new WindowedCountTopology(15_000);
            case "sliced" -> new WindowedCountTopology(1_000);
            case "stream-table" -> new StreamTableTopology();
            case "stream-stream-inner" -> new StreamStreamTopology(false);
            case "stream-stream-left" -> new StreamStreamTopology(true);
            case "foreign-key" -> new ForeignKeyTopology();
            case "table" -> new TableTopology(Stores.persistentTimestampedKeyValueStore("rows"));
            case "table-in-memory" -> new TableTopology(Stores.inMemoryKeyValueStore("rows"));
            case "q0" -> Nexmark::q0;
            case "q1" -> Nexmark::q1;
            case "q2" -> Nexmark::q2;
            case "q3" -> Nexmark::q3;
            case "q4" -> Nexmark::q4;
            case "q5" -> Nexmark::q5;
            case "q6" -> Nexmark::q6;
            case "q7" -> Nexmark::q7;
            case "q8" -> Nexmark::q8;
            case "q11" -> Nexmark::q11;
            case "q12" -> Nexmark::q12;
            default -> throw new IllegalArgumentException("unknown topology in " + order);
        };
    }
}
