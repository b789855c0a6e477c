package dev.drover.bench;

import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.PrivateKeys;
import dev.drover.engine.crypto.SignatureForm.Hashing;
import dev.drover.engine.crypto.Signatures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;

/**
 * How many access logs a second the mall's door accepts, each durable before its answer, beside
 * what bounds it: bare MQTT publishes with QoS 1 to the same broker, each confirmed before the next
 * of its client; syncs of the disk; verifications of a signature. And what a mall with so many
 * beacons takes. Usage: {@code DoorBench [beacons] [clients] [seconds] [rounds] [logs]}, in the
 * repository; {@code logs} is the size of a report, one by default.
 */
public final class DoorBench {
  private static final Path DIRECTORY = Path.of("bench/target/door").toAbsolutePath();
  private static final String TOPIC = "bench/door";

  private final DoorMall mall;
  private final BenchBeacons beacons;
  private final int logs;
  private final long nanos;

  private DoorBench(DoorMall mall, BenchBeacons beacons, int seconds, int logs) {
    this.mall = mall;
    this.beacons = beacons;
    this.logs = logs;
    this.nanos = seconds * 1_000_000_000L;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 500;
    int clients = args.length > 1 ? Integer.parseInt(args[1]) : 32;
    int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 10;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 6;
    int logs = args.length > 4 ? Integer.parseInt(args[4]) : 1;
    System.out.println(Machine.line());
    floors();
    try (UploadReceiver central = new UploadReceiver()) {
      DoorMall mall = new DoorMall(DIRECTORY, central.url());
      BenchBeacons beacons = new BenchBeacons(mall.port(), count, clients);
      long start = System.nanoTime();
      beacons.register();
      print(
          "%d beacons: %.0f registrations/s, resident %.0f MB",
          count, count / seconds(start), Machine.resident(mall.process().pid()));
      new DoorBench(mall, beacons, seconds, logs).run(rounds);
      Machine.stop(mall.process());
    }
    System.exit(0);
  }

  /** What one core and the disk can do with nothing around it. */
  private static void floors() throws Exception {
    KeyPair key = PrivateKeys.generate();
    ECPublicKey known = (ECPublicKey) key.getPublic();
    byte[] body = new byte[BenchBeacon.SIZE];
    String signature = Signatures.sign((ECPrivateKey) key.getPrivate(), body, BenchBeacon.FORM);
    var recipient = Jwks.encryption(known);
    rate(() -> Signatures.verify(known, body, signature, Hashing.SINGLE));
    double verifications = rate(() -> Signatures.verify(known, body, signature, Hashing.SINGLE));
    double seals = rate(() -> Envelope.seal(body, recipient));
    Path file = Path.of("bench/target/sync.bin");
    try (FileChannel disk =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      double syncs =
          rate(
              () -> {
                disk.write(ByteBuffer.wrap(body));
                disk.force(false);
              });
      print(
          "floors: %.0f syncs of the disk/s, one after the other; on one core, with both compilers,"
              + " %.0f verifications/s, %.0f seals/s",
          syncs, verifications, seals);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static double rate(Step step) throws IOException {
    long start = System.nanoTime();
    long done = 0;
    for (; System.nanoTime() - start < 1_500_000_000L; done++) {
      step.run();
    }
    return done / seconds(start);
  }

  private void run(int rounds) throws Exception {
    Samples door = new Samples();
    Samples bare = new Samples();
    for (int round = 0; round < rounds; round++) {
      double cpu = Machine.cpu(mall.process());
      double own = Machine.cpu(ProcessHandle.current());
      long start = System.nanoTime();
      int reports = beacons.report(nanos, Integer.MAX_VALUE, logs);
      double rate = (double) reports * logs / seconds(start);
      double used = (Machine.cpu(mall.process()) - cpu) * 1e3 / reports;
      double client = (Machine.cpu(ProcessHandle.current()) - own) * 1e3 / reports;
      double publishes = bare();
      print(
          "door %.0f logs/s in reports of %d, each %.2f ms of the mall's processor time and %.2f ms"
              + " of its client's; MQTT %.0f messages/s; load average %s",
          rate, logs, used, client, publishes, Machine.load());
      // The first half is for the compilers.
      if (round >= rounds / 2) {
        door.add(rate);
        bare.add(publishes);
      }
    }
    print(
        "door %s logs/s, bare MQTT %s messages/s, ratio of the medians %.2f; resident %.0f MB, at"
            + " most %.0f MB",
        door,
        bare,
        door.median() / bare.median(),
        Machine.resident(mall.process().pid()),
        Machine.mostResident(mall.process().pid()));
  }

  /** Messages a second that the broker confirms; a sleeping reader's queue keeps them. */
  private double bare() throws Exception {
    MqttClient reader = client("drover-bench-reader");
    reader.subscribe(TOPIC, 1);
    reader.disconnect();
    byte[] message = new byte[BenchBeacon.SIZE];
    AtomicLong confirmed = new AtomicLong();
    long start = System.nanoTime();
    beacons.each(
        number -> {
          MqttClient writer = client("drover-bench-" + number);
          while (System.nanoTime() - start < nanos) {
            writer.publish(TOPIC, message, 1, false);
            confirmed.incrementAndGet();
          }
          writer.disconnect();
        });
    double rate = confirmed.get() / seconds(start);
    MqttClient cleaner = client("drover-bench-reader");
    cleaner.unsubscribe(TOPIC);
    cleaner.disconnect();
    return rate;
  }

  private MqttClient client(String id) throws Exception {
    MqttClient client = new MqttClient(mall.mqtt(), id, new MemoryPersistence());
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(false);
    options.setSessionExpiryInterval(3600L);
    options.setUserName("drover");
    options.setPassword(mall.mqttPassword().getBytes(StandardCharsets.UTF_8));
    client.connect(options);
    return client;
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void print(String format, Object... figures) {
    System.out.printf(Locale.ROOT, format + "%n", figures);
  }
}
