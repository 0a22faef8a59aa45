import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * The process under test on Java's side. It takes one order per line of standard input, and answers one line each (bench/protocol.ts).
 * It stays warm between passes.
 */
public final class Subject {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static KafkaStreams running;

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = orders.readLine()) != null; ) {
            answers.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
        }
        Runtime.getRuntime().halt(0);
    }

    private static Map<String, Object> answer(JsonNode order) {
        try {
            return carryOut(order);
        } catch (Exception error) {
            return Map.of("kind", "failed", "message", String.valueOf(error));
        }
    }

    private static Map<String, Object> carryOut(JsonNode order) throws Exception {
        return switch (order.get("kind").asText()) {
            case "start" -> start(order);
            case "close" -> close();
            case "store" -> store(order.get("store").asText());
            default -> throw new IllegalArgumentException("unknown order " + order);
        };
    }

    private static Map<String, Object> start(JsonNode order) throws Exception {
        var properties = Settings.of(order);
        running = new KafkaStreams(Topologies.of(order).build(order, properties), properties);
        AtomicLong restored = new AtomicLong();
        running.setGlobalStateRestoreListener(new CountingRestoreListener(restored));
        CountDownLatch settled = new CountDownLatch(1);
        running.setStateListener((state, before) -> {
            if (state == KafkaStreams.State.RUNNING || state.hasCompletedShutdown()) settled.countDown();
        });
        running.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        running.start();
        if (!settled.await(300, TimeUnit.SECONDS)) throw new IllegalStateException("not RUNNING after 300 s");
        if (running.state().hasCompletedShutdown()) throw new IllegalStateException("Kafka Streams failed while it started");
        return Map.of("kind", "running", "restored", restored.get());
    }

    private static Map<String, Object> close() {
        var leave = CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
        if (!running.close(leave.withTimeout(Duration.ofSeconds(120)))) throw new IllegalStateException("not closed after 120 s");
        return Map.of("kind", "closed", "longestStallMs", -1);
    }

    /** The sum over all rows of CRC-32 of the key, plus the count. */
    private static Map<String, Object> store(String name) {
        var store = running.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<String, Long>keyValueStore()));
        long rows = 0;
        long sum = 0;
        try (var all = store.all()) {
            while (all.hasNext()) {
                var row = all.next();
                CRC32 crc = new CRC32();
                crc.update(row.key.getBytes(StandardCharsets.UTF_8));
                sum += crc.getValue() + row.value;
                rows++;
            }
        }
        return Map.of("kind", "store", "rows", rows, "sum", sum);
    }
}
