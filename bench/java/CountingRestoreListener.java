import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** Adds up how many records of changelogs are restored. */
final class CountingRestoreListener implements StateRestoreListener {
    private final AtomicLong restored;

    CountingRestoreListener(AtomicLong restored) {
        this.restored = restored;
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long start, long end) {}

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
        restored.addAndGet(total);
    }
}
