import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Changes access control lists, a line each: `add|remove PRINCIPAL RESOURCE PATTERN NAME OPERATION`. Answers `done` for each line. */
public class KafkaAcls {
  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) args[0]));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in))) {
      for (String line; (line = lines.readLine()) != null; ) {
        String[] words = line.split(" ");
        AclBinding acl = new AclBinding(
            new ResourcePattern(ResourceType.fromString(words[2]), words[4], PatternType.fromString(words[3].toUpperCase())),
            new AccessControlEntry(words[1], "*", AclOperation.fromString(words[5]), AclPermissionType.ALLOW));
        if (words[0].equals("add")) admin.createAcls(List.of(acl)).all().get();
        else admin.deleteAcls(List.of(acl.toFilter())).all().get();
        System.out.println("done");
      }
    }
  }
}
