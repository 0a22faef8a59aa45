import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * A server that speaks MongoDB's wire protocol and keeps documents in memory, for test/servers/mongo.ts.
 *
 *     java -cp 'lib/*' MongoWireServer.java HOST PORT DIR
 */
public final class MongoWireServer {
    public static void main(String[] args) {
        // The newest version that the library knows says wire version 8, and current drivers ask for 9.
        MongoVersion version = new MongoVersion() {
            @Override
            public List<Integer> getVersionArray() {
                return List.of(4, 4, 0);
            }

            @Override
            public String toVersionString() {
                return "4.4.0";
            }

            @Override
            public int getWireVersion() {
                return 9;
            }
        };
        new MongoServer(new MemoryBackend().version(version)).bind(args[0], Integer.parseInt(args[1]));
        System.out.println("listens");
    }
}
