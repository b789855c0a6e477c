package dev.drover.engine.backbone;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import dev.drover.engine.limit.DiskFull;
import io.netty.channel.Channel;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Stands between the wire and a store that can break. While it is broken every command is refused
 * at once, with the code that MongoDB has for it; a store that was opened anew takes its place, and
 * the clients' connections stay.
 */
final class MendingMongoBackend implements MongoBackend {
  /** MongoDB's OutOfDiskSpace. */
  static final int DISK_FULL = 14031;

  /** MongoDB's InternalError. */
  static final int BROKEN = 1;

  /** What a client asks to see whether the server is there; the store has no part in it. */
  private static final Set<String> GREETINGS =
      Set.of("hello", "ismaster", "buildinfo", "endsessions", "getparameter", "whatsmyuri");

  private final Consumer<RuntimeException> broke;
  private final Consumer<RuntimeException> damaged;
  private volatile DurableMongoBackend store;
  private volatile RuntimeException failure;

  /**
   * Begins with this store.
   *
   * @param broke told when the store has broken; more than once, perhaps
   * @param damaged told when something in the store cannot be read; it works on without that
   */
  MendingMongoBackend(
      DurableMongoBackend store,
      Consumer<RuntimeException> broke,
      Consumer<RuntimeException> damaged) {
    this.store = store;
    this.broke = broke;
    this.damaged = damaged;
  }

  /** The store that it uses now. */
  DurableMongoBackend store() {
    return store;
  }

  /** From now on everything is refused, for this reason. */
  void refuse(RuntimeException why) {
    failure = why;
  }

  /** From now on this store is used. */
  void use(DurableMongoBackend mended) {
    store = mended;
    failure = null;
  }

  private <T> T with(Function<DurableMongoBackend, T> work) {
    RuntimeException known = failure;
    if (known != null) {
      throw refusal(known);
    }
    DurableMongoBackend used = store;
    try {
      return work.apply(used);
    } catch (MongoServerException e) {
      throw e;
    } catch (RuntimeException e) {
      RuntimeException why = used.broken();
      if (why == null && DamagedBlockException.is(e)) {
        damaged.accept(e);
        throw refusal(e);
      }
      if (why == null && DiskFull.is(e)) {
        // a reader has met it a moment before the committer says so
        throw refusal(e);
      }
      if (why == null) {
        throw e;
      }
      if (used == store) {
        broke.accept(why);
      }
      throw refusal(why);
    }
  }

  private static MongoServerError refusal(RuntimeException why) {
    return DiskFull.is(why)
        ? new MongoServerError(
            DISK_FULL, "OutOfDiskSpace", "the disk of the document store is full")
        : new MongoServerError(BROKEN, "InternalError", "the document store is broken: " + why);
  }

  @Override
  public Document handleCommand(Channel channel, String database, String command, Document query) {
    return GREETINGS.contains(command.toLowerCase(Locale.ROOT))
        ? store.handleCommand(channel, database, command, query)
        : with(used -> used.handleCommand(channel, database, command, query));
  }

  @Override
  public Document handleMessage(MongoMessage message) {
    return handleCommand(
        message.getChannel(),
        message.getDatabaseName(),
        message.getDocument().keySet().iterator().next(),
        message.getDocument());
  }

  @Override
  public QueryResult handleQuery(MongoQuery query) {
    return with(used -> used.handleQuery(query));
  }

  @Override
  public void handleClose(Channel channel) {
    store.handleClose(channel);
  }

  @Override
  public void dropDatabase(String database) {
    with(
        used -> {
          used.dropDatabase(database);
          return null;
        });
  }

  @Override
  public Collection<Document> getCurrentOperations(MongoQuery query) {
    return store.getCurrentOperations(query);
  }

  @Override
  public Document getServerStatus() {
    return store.getServerStatus();
  }

  @Override
  public MongoDatabase resolveDatabase(String database) {
    return with(used -> used.resolveDatabase(database));
  }

  @Override
  public void closeCursors(List<Long> cursors) {
    store.closeCursors(cursors);
  }

  @Override
  public Clock getClock() {
    return store.getClock();
  }

  @Override
  public void enableOplog() {
    store.enableOplog();
  }

  @Override
  public void disableOplog() {
    store.disableOplog();
  }

  @Override
  public MongoBackend version(MongoVersion version) {
    store.version(version);
    return this;
  }

  @Override
  public void close() {
    store.close();
  }
}
