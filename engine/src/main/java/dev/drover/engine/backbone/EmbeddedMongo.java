package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.MongoServer;
import dev.drover.engine.disk.Directories;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Severity;
import dev.drover.engine.limit.DiskFull;
import dev.drover.engine.time.BackOff;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * A document store that speaks the Mongo wire protocol on loopback, keeps its data in one file, and
 * answers a write only after it is durable; commits of concurrent writers are shared.
 *
 * <p>A commit that fails breaks the file's store for good: what was in memory only is not what the
 * disk has. Then nothing is read or written until the file was opened anew and has taken a write,
 * which is tried after waits that grow; what was acknowledged is in the file.
 */
public final class EmbeddedMongo implements AutoCloseable {
  /** A handler thread waits for its commit, so this bounds how many writes one commit can cover. */
  private static final int HANDLER_THREADS = 64;

  private static final String FILE = "drover.mv";
  private static final String PART = "document-store";
  private static final String DAMAGE = "document-store-damage";
  private static final String REMEDY =
      "put it back from a backup of the whole data directory, with .journal and .sums beside it; if"
          + " it was put back without them, delete those two";

  private static final List<Duration> WAITS =
      List.of(
          Duration.ofMillis(200),
          Duration.ofMillis(400),
          Duration.ofMillis(800),
          Duration.ofMillis(1_600),
          Duration.ofMillis(3_200),
          Duration.ofSeconds(5));

  /**
   * What must fit on the disk before the store is used again, so that it does not break at once.
   */
  private static final int ROOM = 256 << 10;

  private final MongoConfig config;
  private final Conditions conditions;
  private final AtomicReference<DurableMongoBackend> broken = new AtomicReference<>();
  private final ScheduledExecutorService mender =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "mongo-mender");
            thread.setDaemon(true);
            return thread;
          });
  private final BackOff waits = new BackOff(WAITS, 0, () -> 0);
  private volatile MendingMongoBackend backend;
  private MongoServer server;
  private int port;

  /** A store that is not started yet and tells nobody how it is. */
  public EmbeddedMongo(MongoConfig config) {
    this(config, new Conditions(Clock.systemUTC()));
  }

  /**
   * A store that is not started yet.
   *
   * @param conditions told under {@code database} when the file cannot be written, and when it can
   */
  public EmbeddedMongo(MongoConfig config, Conditions conditions) {
    this.config = config;
    this.conditions = conditions;
  }

  /**
   * Opens the file and listens.
   *
   * @throws IllegalStateException when the file is in use by another process, or the port is taken
   */
  public synchronized EmbeddedMongo start() {
    if (server != null) {
      return this;
    }
    backend = new MendingMongoBackend(open(openFile()), this::broke, this::damaged);
    MongoServer starting = new MongoServer(backend);
    try {
      starting.bind(new InetSocketAddress("127.0.0.1", config.port()), 1, HANDLER_THREADS);
    } catch (RuntimeException e) {
      throw new IllegalStateException("Cannot listen on 127.0.0.1:" + config.port(), e);
    }
    port = starting.getLocalAddress().getPort();
    server = starting;
    return this;
  }

  private DurableMongoBackend open(MVStore store) {
    try {
      GroupCommit commits = new GroupCommit(store, config.powerCutSafe(), this::broke);
      return new DurableMongoBackend(store, commits);
    } catch (StackOverflowError e) {
      store.closeImmediately();
      throw refused(e);
    }
  }

  private MVStore openFile() {
    Path dataDir = config.dataDir();
    try {
      Directories.create(dataDir);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create " + dataDir, e);
    }
    Path file = dataDir.resolve(FILE);
    try {
      MVStore opened =
          new MVStore.Builder()
              .fileName(config.powerCutSafe() ? JournaledPath.of(file) : file.toString())
              .autoCommitDisabled()
              .autoCommitBufferSize(0)
              .open();
      opened.setVersionsToKeep(0);
      opened.setRetentionTime(0);
      return opened;
    } catch (RuntimeException | StackOverflowError e) {
      throw refused(e);
    }
  }

  /** A page of a damaged file may name itself: reading it then has no end but the stack's. */
  private IllegalStateException refused(Throwable why) {
    Path file = config.dataDir().resolve(FILE);
    return new IllegalStateException(
        DiskFull.is(why)
            ? "Cannot open the document store " + file + ": its disk is full; make room on it"
            : "Cannot open the document store "
                + file
                + "; unless another process has it open, it is damaged, or "
                + JournaledPath.journal(file)
                + " or "
                + JournaledPath.sums(file)
                + " is damaged or of another day: "
                + REMEDY,
        why);
  }

  /** A reader came upon a damage. What was not damaged is read and written as before. */
  private void damaged(RuntimeException why) {
    conditions.fails(
        DAMAGE,
        "database",
        Severity.UNHEALTHY,
        "the document store " + config.dataDir().resolve(FILE) + " is damaged: " + root(why),
        "stop central, and " + REMEDY);
  }

  /** Begins to mend the store that is used now, once. */
  private void broke(RuntimeException why) {
    DurableMongoBackend used = backend.store();
    if (broken.compareAndSet(null, used)) {
      backend.refuse(why);
      say(why);
      mender.schedule(this::mend, waits.next().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void say(RuntimeException why) {
    boolean full = DiskFull.is(why);
    String remedy =
        DamagedBlockException.is(why)
            ? "stop central, and " + REMEDY
            : "it is opened again and again; see docs/how-to/troubleshoot.md when that fails";
    conditions.fails(
        PART,
        "database",
        Severity.UNHEALTHY,
        full
            ? "the disk of " + config.dataDir() + " is full: nothing can be written"
            : "the document store in " + config.dataDir() + " broke: " + root(why),
        full ? "make room on it; the store is opened again by itself" : remedy);
  }

  private static String root(Throwable why) {
    Throwable cause = why;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Opens the file anew; one that does not take a write is closed again, and tried again later. */
  private void mend() {
    DurableMongoBackend old = broken.get();
    MVStore opened = null;
    try {
      old.abandon();
      opened = openFile();
      MVMap<String, byte[]> room = opened.openMap("drover.room");
      room.put("room", new byte[ROOM]);
      opened.commit();
      opened.sync();
      room.clear();
      DurableMongoBackend mended = open(opened);
      mended.skipCursorsOf(old);
      waits.reset();
      broken.set(null);
      backend.use(mended);
      conditions.well(PART);
      // it is opened only when every block is as it was written
      conditions.well(DAMAGE);
    } catch (RuntimeException e) {
      if (opened != null) {
        opened.closeImmediately();
      }
      say(e);
      mender.schedule(this::mend, waits.next().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** The connection string, for example {@code mongodb://127.0.0.1:27017}. */
  public String url() {
    return "mongodb://127.0.0.1:" + port;
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** Durable commits made since the file was opened. */
  public long commits() {
    return backend == null ? 0 : backend.store().commits();
  }

  /** Size of the data file in bytes. */
  public long fileSize() {
    try {
      return Files.size(config.dataDir().resolve(FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connections, commits and closes the file. */
  @Override
  public synchronized void close() {
    mender.shutdownNow();
    if (server != null) {
      server.shutdownNow();
      server = null;
    }
  }
}
