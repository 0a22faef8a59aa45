import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * The Java side of test/torture/turns.ts: the topology of test/torture/turns-topology.ts. A line on standard input has it print the rows of the store, and `end`.
 *
 *     java -cp 'lib/*' TurnsApplication.java BOOTSTRAP APPLICATION_ID STATE_DIR
 */
public final class TurnsApplication {
    public static void main(String[] args) throws Exception {
        String application = args[1];
        Properties properties = new Properties();
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, args[2]);
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6000);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 500);
        properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        KafkaStreams streams = new KafkaStreams(topology(application), properties);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.setStateListener((state, before) -> {
            System.out.println("state " + state);
            // A member of Millrace whose session is not over yet has another group protocol, and Java's thread gives up.
            if (state == KafkaStreams.State.ERROR) Runtime.getRuntime().halt(1);
        });
        streams.start();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (orders.readLine() != null) rows(streams);
    }

    static Topology topology(String application) {
        var text = Consumed.with(Serdes.String(), Serdes.String());
        var builder = new StreamsBuilder();
        builder.stream(application + "-events", text)
            .groupBy((key, value) -> value, Grouped.with(Serdes.String(), Serdes.String()))
            .count(Materialized.as("counted"))
            .toStream()
            .to(application + "-counts", Produced.with(Serdes.String(), Serdes.Long()));
        KTable<String, String> names = builder.table(application + "-names", text);
        builder.table(application + "-rows", text)
            .leftJoin(names, row -> row.split(":")[0], (row, name) -> row + " " + (name == null ? "?" : name))
            .toStream()
            .to(application + "-joined", Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    private static void rows(KafkaStreams streams) throws InterruptedException {
        while (streams.state() != KafkaStreams.State.RUNNING) Thread.sleep(50);
        var store = streams.store(StoreQueryParameters.fromNameAndType("counted", QueryableStoreTypes.<String, Long>keyValueStore()));
        try (var all = store.all()) {
            all.forEachRemaining(row -> System.out.println("row " + row.key + " " + row.value));
        }
        System.out.println("end");
    }
}
