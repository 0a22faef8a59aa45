import com.fasterxml.jackson.databind.JsonNode;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Java's settings of a pass: those that bench/protocol.ts names, and what is the same in every pass. */
final class Settings {
    private Settings() {}

    static Properties of(JsonNode order) {
        JsonNode settings = order.get("settings");
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, order.get("applicationId").asText());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, order.get("bootstrapServers").asText());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, order.get("stateDir").asText());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, settings.get("cacheBytes").asLong());
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.get("commitIntervalMs").asLong());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, settings.get("guarantee").asText());
        properties.put("enable.transactional.statestores", settings.get("transactionalStores").asBoolean());
        // Unmatched records of a left join go out as soon as they are due, not once a second by the wall clock.
        properties.put(StreamsConfig.InternalConfig.EMIT_INTERVAL_MS_KSTREAMS_OUTER_JOIN_SPURIOUS_RESULTS_FIX, 0L);
        consumer(properties, settings);
        producer(properties, settings);
        return properties;
    }

    private static void consumer(Properties properties, JsonNode settings) {
        put(properties, StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        put(properties, StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 10_000);
        put(properties, StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 50 << 20);
        put(properties, StreamsConfig.CONSUMER_PREFIX, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            settings.get("maxPartitionFetchBytes").asInt());
        if (settings.hasNonNull("groupInstanceId"))
            put(properties, StreamsConfig.MAIN_CONSUMER_PREFIX, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                settings.get("groupInstanceId").asText());
    }

    private static void producer(Properties properties, JsonNode settings) {
        put(properties, StreamsConfig.PRODUCER_PREFIX, ProducerConfig.ACKS_CONFIG, "all");
        put(properties, StreamsConfig.PRODUCER_PREFIX, ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        put(properties, StreamsConfig.PRODUCER_PREFIX, ProducerConfig.LINGER_MS_CONFIG, settings.get("lingerMs").asInt());
        put(properties, StreamsConfig.PRODUCER_PREFIX, ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    }

    private static void put(Properties properties, String prefix, String key, Object value) {
        properties.put(prefix + key, value);
    }
}
