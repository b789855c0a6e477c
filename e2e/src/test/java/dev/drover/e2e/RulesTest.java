package dev.drover.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.drover.e2e.harness.JavaProcess;
import dev.drover.engine.disk.Directories;
import dev.drover.process.ConditionalOnBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The import rules of the house, each with its reason. */
class RulesTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(
              Stream.of(
                      "proto",
                      "engine",
                      "flows",
                      "fleet",
                      "process",
                      "cli",
                      "central",
                      "orchestrator",
                      "simulator")
                  .map(module -> JavaProcess.HOME.resolve(module).resolve("target/classes"))
                  .toArray(Path[]::new));

  private static final List<String> PROCESSES = List.of("central", "orchestrator", "simulator");

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void everyModuleIsSeen() {
    for (String name :
        new String[] {
          "dev.drover.proto.ProtocolException",
          "dev.drover.engine.http.HttpPort",
          "dev.drover.fleet.device.Devices",
          "dev.drover.process.StartChecks",
          "dev.drover.central.CentralApplication",
          "dev.drover.orchestrator.OrchestratorApplication",
          "dev.drover.simulator.SimulatorApplication"
        }) {
      assertThat(CLASSES.contain(name)).as(name).isTrue();
    }
  }

  @Test
  void protoStandsAlone() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.drover.proto..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.drover.engine..",
                "dev.drover.fleet..",
                "dev.drover.process..",
                "dev.drover.central..",
                "dev.drover.orchestrator..",
                "dev.drover.simulator..")
            .because("the wire contract must not change when a program does"));
  }

  @Test
  void theGateIsALibrary() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.drover.flows..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.drover.engine..",
                "dev.drover.fleet..",
                "dev.drover.central..",
                "dev.drover.orchestrator..",
                "dev.drover.simulator..",
                "dev.drover.process..",
                "dev.drover.cli..",
                "org.springframework..",
                "picocli..")
            .because("a command line, a process and a test check flows by the same rules"));
  }

  @Test
  void theEngineKnowsNoApplication() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.drover.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.drover.fleet..",
                "dev.drover.process..",
                "dev.drover.central..",
                "dev.drover.orchestrator..",
                "dev.drover.simulator..",
                "dev.drover.cli..")
            .because("routes name beans and beans know no route: the engine serves any process"));
  }

  /**
   * What several systems use is no system's and no process's: a new one must be able to take it.
   */
  @Test
  void theFleetKnowsNoProcessAndNoSpring() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.drover.fleet..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.drover.process..",
                "dev.drover.central..",
                "dev.drover.orchestrator..",
                "dev.drover.simulator..",
                "dev.drover.cli..",
                "dev.drover.flows..",
                "org.springframework..")
            .because("a system adds a dialect, not a copy"));
  }

  @Test
  void theEngineHasNoSpring() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.drover.engine..", "dev.drover.proto..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..")
            .because("a flow runs unchanged under Spring Boot, plain Camel and Camel K"));
  }

  @Test
  void processesNeverImportEachOther() {
    for (String process : PROCESSES) {
      check(
          noClasses()
              .that()
              .resideInAPackage("dev.drover." + process + "..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(
                  PROCESSES.stream()
                      .filter(other -> !other.equals(process))
                      .map(other -> "dev.drover." + other + "..")
                      .toArray(String[]::new))
              .because("they meet on the wire only"));
    }
  }

  /** Nothing below a process knows which bundles are on. */
  @Test
  void aBundleIsOneAutoConfigurationAndNothingElseAsksForIt() throws IOException {
    Set<String> flows = new TreeSet<>();
    try (Stream<Path> directories = Files.list(JavaProcess.HOME.resolve("routes"))) {
      directories.map(one -> one.getFileName().toString()).forEach(flows::add);
    }
    flows.remove("shared");
    List<String> bundles =
        CLASSES.stream()
            .filter(one -> one.isAnnotatedWith(ConditionalOnBundle.class))
            .map(one -> one.getAnnotationOfType(ConditionalOnBundle.class).value())
            .sorted()
            .toList();
    assertThat(bundles).containsExactlyElementsOf(flows);
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(
                "org.springframework.boot.autoconfigure.condition.ConditionalOnExpression")
            .because("a condition that is written in many places is wrong in one of them"));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.drover.process..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.drover.process.Bundles")
            .because("a bundle is on or not there"));
  }

  @Test
  void whatEveryProcessIsKnowsNoProcess() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.drover.process..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.drover.central..",
                "dev.drover.orchestrator..",
                "dev.drover.simulator..",
                "dev.drover.cli..")
            .because("what only one process needs lies with that process"));
  }

  /** Whoever reads a name in a log, a search or a review knows which class is meant. */
  @Test
  void noTwoModulesHaveAClassOfOneName() throws IOException {
    Map<String, Set<String>> modules = new TreeMap<>();
    try (Stream<Path> roots = Files.list(JavaProcess.HOME)) {
      for (Path root : roots.map(module -> module.resolve("src/main/java")).toList()) {
        if (Files.isDirectory(root)) {
          try (Stream<Path> files = Files.walk(root)) {
            files
                .map(file -> file.getFileName().toString())
                .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
                .forEach(
                    name ->
                        modules
                            .computeIfAbsent(name, unknown -> new TreeSet<>())
                            .add(JavaProcess.HOME.relativize(root).getName(0).toString()));
          }
        }
      }
    }
    assertThat(modules).containsKey("RouteCheck.java");
    modules.values().removeIf(found -> found.size() < 2);
    assertThat(modules).as("a class says its role in its name, and two roles are two").isEmpty();
  }

  @Test
  void noPackagesGoInACircle() {
    check(
        slices()
            .matching("dev.drover.(**)")
            .should()
            .beFreeOfCycles()
            .because("what is used can be read, tested and changed without its users"));
  }

  @Test
  void noFlowIsWrittenInJava() {
    check(
        noClasses()
            .should()
            .beAssignableTo("org.apache.camel.RoutesBuilder")
            .because("a flow is a YAML route, to be read, drawn and changed where it runs"));
  }

  /** A sleep proves nothing, however it is dressed. */
  @Test
  void e2NoTestSleeps() throws IOException {
    Pattern sleep =
        Pattern.compile("\\bsleep\\(|\\b(until|during)\\(\\s*\\(\\)\\s*->\\s*true\\s*\\)");
    List<String> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(JavaProcess.HOME)) {
      for (Path root : modules.map(module -> module.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(root)) {
          try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
              if (!file.endsWith("RulesTest.java")
                  && sleep.matcher(Files.readString(file)).find()) {
                found.add(JavaProcess.HOME.relativize(file).toString());
              }
            }
          }
        }
      }
    }
    assertThat(found).as("wait for what must become true, with a deadline").isEmpty();
  }

  /** Who may ask for the time of day without an injected clock, and why. */
  private static final Map<String, String> OWN_CLOCK =
      Map.ofEntries(
          Map.entry("dev.drover.process.ProcessConfiguration", "makes the clock"),
          Map.entry("dev.drover.cli.DoctorCommand", "the CLI has no configuration; names of files"),
          Map.entry("dev.drover.cli.LocalTokens", "the CLI has no configuration; a token's life"),
          Map.entry("dev.drover.cli.StatusCommand", "the CLI has no configuration; shows an age"),
          Map.entry("dev.drover.cli.UpCommand", "no configuration; when the demo was made"),
          Map.entry("dev.drover.engine.backbone.EmbeddedArtemis", "for tests of it alone"),
          Map.entry("dev.drover.engine.backbone.EmbeddedKafka", "for tests of it alone"),
          Map.entry("dev.drover.engine.backbone.EmbeddedMongo", "for tests of it alone"),
          Map.entry("dev.drover.engine.backbone.KafkaChild", "names of files"),
          Map.entry("dev.drover.engine.backbone.MqttFlow", "notes when a message came"),
          Map.entry("dev.drover.engine.events.KafkaEventLog", "not asked where nothing ends"),
          Map.entry("dev.drover.engine.grpc.GrpcPort", "for tests alone; times of errors"),
          Map.entry("dev.drover.engine.mqttbatch.MqttBatchConsumer", "when a message came"),
          Map.entry("dev.drover.engine.sse.SseSession", "reads a date of Retry-After"));

  /** Who may compare times of day, and why this is no wait. */
  private static final Map<String, String> COMPARES =
      Map.ofEntries(
          Map.entry("dev.drover.central.beacon.AccessLogReader", "a caller's since and until"),
          Map.entry("dev.drover.central.beacon.Beacons", "a time that it sent"),
          Map.entry("dev.drover.central.entity.ChangePlan", "updated_at never goes back"),
          Map.entry("dev.drover.central.entity.EntityView", "a caller's since"),
          Map.entry(
              "dev.drover.central.registry.OrchestratorRegistry",
              "silence, over restarts and instances; see takeBackFuture and the proven clock"),
          Map.entry("dev.drover.central.registry.Presence", "the end of a token"),
          Map.entry("dev.drover.engine.crypto.TokenVerifier", "the end of a token"),
          Map.entry("dev.drover.engine.events.StreamRights", "the end of a token"),
          Map.entry(
              "dev.drover.engine.guard.MongoRateWindows",
              "windows of all instances, over restarts; see forgetFuture"),
          Map.entry("dev.drover.engine.mqttbatch.MessageTime", "a time that a device sent"),
          Map.entry("dev.drover.engine.start.CertificateConditions", "the life of a certificate"),
          Map.entry("dev.drover.engine.time.ClockWatch", "whom to believe"),
          Map.entry("dev.drover.fleet.device.Device", "a time that it sent"),
          Map.entry(
              "dev.drover.fleet.device.DevicePresence",
              "how long a device is silent, as it is shown"),
          Map.entry("dev.drover.orchestrator.beacon.ShutOutBeacons", "writes down when"),
          Map.entry("dev.drover.orchestrator.beacon.BeaconStore", "writes down when"),
          Map.entry("dev.drover.orchestrator.beacon.BeaconReports", "a time that a device sent"),
          Map.entry(
              "dev.drover.orchestrator.beacon.Nonces",
              "the end of a challenge, over restarts; one too far away is refused"),
          Map.entry(
              "dev.drover.orchestrator.central.CentralToken",
              "the end of a token, by central's time"),
          Map.entry("dev.drover.orchestrator.store.AckQueue", "writes down when"),
          Map.entry("dev.drover.orchestrator.store.Edits", "writes down when"),
          Map.entry("dev.drover.orchestrator.store.HandledEvents", "writes down when"),
          Map.entry("dev.drover.orchestrator.uplink.store.ParkedItems", "writes down when"),
          Map.entry("dev.drover.orchestrator.uplink.store.UplinkIntake", "writes down when"));

  private static final Set<String> COMPARISONS =
      Set.of("isBefore", "isAfter", "before", "after", "compareTo");

  private static Set<String> callers(Predicate<JavaMethodCall> what) {
    Set<String> found = new TreeSet<>();
    for (JavaClass one : CLASSES) {
      if (one.getMethodCallsFromSelf().stream().anyMatch(what)) {
        found.add(one.getName().replaceFirst("[$].*", ""));
      }
    }
    return found;
  }

  private static boolean owner(JavaMethodCall call, Class<?> type, String... names) {
    return call.getTargetOwner().isEquivalentTo(type) && List.of(names).contains(call.getName());
  }

  @Test
  void f3TheTimeOfDayIsAskedOfTheClockBeanOnly() {
    assertThat(
            callers(
                call ->
                    owner(call, Instant.class, "now")
                        || owner(call, System.class, "currentTimeMillis")
                        || owner(call, Clock.class, "systemUTC", "systemDefaultZone", "system")))
        .isEqualTo(new TreeSet<>(OWN_CLOCK.keySet()));
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(java.util.Timer.class)
            .because("it waits by the wall clock; take a ScheduledExecutorService"));
  }

  /**
   * A wait is told by a Ticker: who compares times of day instead waits for two hours when the
   * clock goes back by two. Both directions: an entry that is not needed any more must go.
   */
  @Test
  void f3NobodyWaitsByTheTimeOfDay() {
    Set<String> found =
        callers(
            call ->
                (call.getTargetOwner().isEquivalentTo(Instant.class)
                            || call.getTargetOwner().isEquivalentTo(Date.class))
                        && COMPARISONS.contains(call.getName())
                    || owner(call, Clock.class, "millis"));
    assertThat(found).isEqualTo(new TreeSet<>(COMPARES.keySet()));
    check(
        noFields()
            .that()
            .haveRawType(Instant.class)
            .or()
            .haveRawType(Date.class)
            .should()
            .haveNameMatching(
                "notBefore|next|until|due|dueAt|deadline|retryAt|.*[nN]otBefore|wait.*")
            .because("what ends a wait is a Tick"));
  }

  /** Who makes or deletes names that may be lost with the power, and why. */
  private static final Map<String, String> FORGETS =
      Map.ofEntries(
          Map.entry("dev.drover.cli.UpCommand", "the demo is imported again"),
          Map.entry("dev.drover.cli.run.Launcher", "what a process says"),
          Map.entry("dev.drover.cli.run.PidFile", "no process outlives the power"),
          Map.entry("dev.drover.cli.run.State", "--fresh is said again"),
          Map.entry("dev.drover.cli.run.UnpackedJar", "it is unpacked again"),
          Map.entry("dev.drover.engine.log.StepRecorder", "for tests"),
          Map.entry("dev.drover.flows.CatalogOfProcess", "a file of the repository"),
          // the library is below the engine, and syncs directories by itself
          Map.entry("dev.drover.flows.live.FlowFiles", "it syncs by itself"),
          Map.entry("dev.drover.flows.live.FlowHistory", "it syncs by itself"),
          Map.entry("dev.drover.flows.live.Ladder", "a copy for one check"),
          Map.entry("dev.drover.flows.live.StartFlows", "made anew at each start"));

  private static final Set<String> NAMES =
      Set.of(
          "move",
          "createFile",
          "createLink",
          "createDirectory",
          "createDirectories",
          "delete",
          "deleteIfExists",
          "copy",
          "write",
          "writeString",
          "newOutputStream");

  /** POSIX keeps no name before its directory is synced. */
  @Test
  void whoMakesANameSyncsItsDirectory() {
    Set<String> found =
        callers(
            call ->
                call.getTargetOwner().isEquivalentTo(Files.class)
                    && NAMES.contains(call.getName()));
    for (JavaClass one : CLASSES) {
      boolean creates =
          one.getFieldAccessesFromSelf().stream()
              .anyMatch(
                  access ->
                      access.getTargetOwner().isEquivalentTo(StandardOpenOption.class)
                          && access.getName().startsWith("CREATE"));
      if (creates) {
        found.add(one.getName().replaceFirst("[$].*", ""));
      }
    }
    found.removeAll(callers(call -> call.getTargetOwner().isEquivalentTo(Directories.class)));
    assertThat(found).isEqualTo(new TreeSet<>(FORGETS.keySet()));
  }

  @Test
  void nothingIsInjectedIntoFields() {
    for (String annotation :
        new String[] {
          "org.springframework.beans.factory.annotation.Autowired",
          "org.springframework.beans.factory.annotation.Value",
          "jakarta.inject.Inject",
          "jakarta.annotation.Resource"
        }) {
      check(
          noFields()
              .should()
              .beAnnotatedWith(annotation)
              .because("a constructor shows what a class needs, and final fields stay final"));
    }
  }
}
