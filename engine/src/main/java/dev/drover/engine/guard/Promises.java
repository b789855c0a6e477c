package dev.drover.engine.guard;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * What one exchange owes by its contract, and what guards and stores have marked of it. The port
 * begins it and keeps it; guards and stores find it on the exchange. A mark is made here only,
 * around the check or the write itself, so that no step of a flow can make one: a flow without the
 * step has no mark, and what it answers is not sent (see {@link ContractNet}).
 *
 * <p>An exchange that no port began owes nothing, and its marks go nowhere.
 */
public final class Promises {
  /** Header of a message within a batch that has promises of its own. */
  public static final String MESSAGE = "DroverMessagePromises";

  private static final String PROPERTY = "DroverPromises";

  private final Demands demands;
  private final Optional<String> named;
  private final Optional<String> own;
  private final Promises whole;
  private final Set<String> proven = ConcurrentHashMap.newKeySet();
  private final Set<String> stored = ConcurrentHashMap.newKeySet();
  private final Set<String> owed = ConcurrentHashMap.newKeySet();
  private volatile String entity;
  private volatile boolean everyEntity;
  private volatile boolean repeated;
  private volatile boolean givenUp;
  private volatile Exception guardsRefusal;
  private volatile Exception refusal;
  private volatile Object refusalBody;

  private Promises(Demands demands, Optional<String> named, Optional<String> own, Promises whole) {
    this.demands = demands;
    this.named = named;
    this.own = own;
    this.whole = whole;
  }

  /**
   * Promises of an exchange that begins.
   *
   * @param named the entity that the caller names in its path or query
   * @param own the one entity of this process, if it has only one
   */
  static Promises begin(
      Exchange exchange, Demands demands, Optional<String> named, Optional<String> own) {
    Promises promises = new Promises(demands, named, own, null);
    exchange.setProperty(PROPERTY, promises);
    return promises;
  }

  /** Promises of one message of a batch; they travel in the header {@link #MESSAGE}. */
  public static Promises ofMessage(Demands demands) {
    return new Promises(demands, Optional.empty(), Optional.empty(), null);
  }

  static Promises of(Exchange exchange) {
    // a header of a caller is a text, so this one is from within
    Object message = exchange.getMessage().getHeader(MESSAGE);
    return message instanceof Promises own ? own : exchange.getProperty(PROPERTY, Promises.class);
  }

  Demands demands() {
    return demands;
  }

  /** Makes a proof; when the check ends well, its name is marked on the exchange. */
  public static void prove(Exchange exchange, String proof, Runnable check) {
    Promises promises = of(exchange);
    try {
      check.run();
    } catch (ProtocolException e) {
      if (promises != null) {
        promises.guardsRefusal = e;
      }
      throw e;
    }
    if (promises != null) {
      promises.root().proven.add(proof);
    }
  }

  /**
   * {@link Authoriser} lets the caller work on this entity.
   *
   * @param every whether the caller may work on every entity
   */
  static void authorised(Exchange exchange, String entity, boolean every) {
    Promises promises = of(exchange);
    if (promises != null) {
      promises.root().everyEntity = every;
      promises.root().entity = entity;
    }
  }

  /** A guard refuses the caller. */
  static void refusedByGuard(Exchange exchange, ProtocolException refusal) {
    Promises promises = of(exchange);
    if (promises != null) {
      promises.guardsRefusal = refusal;
    }
  }

  /**
   * Does a write that must be durable before it is answered, and marks it. Without the guards of
   * the contract it does nothing.
   *
   * @param store the name of the store in {@code x-durable}
   * @param write returns when the write is durable, or was so before
   * @throws BrokenPromise when a guard is missing
   */
  public static <T> T store(Exchange exchange, String store, Supplier<T> write) {
    Promises promises = of(exchange);
    if (promises != null) {
      promises
          .missingGuard(exchange)
          .ifPresent(missing -> ContractNet.of(exchange).stop(exchange, promises, missing));
    }
    T result = write.get();
    for (Promises each = promises; each != null; each = each.whole) {
      each.stored.add(store);
      each.owed.remove(store);
    }
    return result;
  }

  /** The same for a write that has no result. */
  public static void store(Exchange exchange, String store, Runnable write) {
    store(
        exchange,
        store,
        () -> {
          write.run();
          return null;
        });
  }

  /** Says that this store must have something before the exchange is answered or committed. */
  public static void owe(Exchange exchange, String store) {
    Promises promises = of(exchange);
    if (promises != null) {
      promises.stored.add("owed to " + store);
      promises.root().owed.add(store);
    }
  }

  /** Begins a part of the exchange with stores of its own, such as one item of a batch. */
  public static void part(Exchange exchange, String name) {
    Promises whole = of(exchange);
    exchange.setProperty(
        PROPERTY, new Promises(Demands.durable(name), Optional.empty(), Optional.empty(), whole));
  }

  /** Begins promises where no port has: of a batch that another component brings. */
  public static void begin(Exchange exchange, Demands demands) {
    if (of(exchange) == null) {
      begin(exchange, demands, Optional.empty(), Optional.empty());
    }
  }

  /**
   * Refuses to go on when nothing of this exchange, or of this part of it, is durable, or when
   * something is still owed.
   *
   * @throws BrokenPromise then
   */
  public static void requireStored(Exchange exchange, String what) {
    Promises promises = of(exchange);
    if (promises == null || promises.stored.isEmpty()) {
      ContractNet.of(exchange).stop(exchange, promises, what + " before a store had it");
    } else if (promises.whole == null && !promises.owed.isEmpty()) {
      String owed = String.join(", ", promises.owed);
      ContractNet.of(exchange).stop(exchange, promises, what + " before a store had it: " + owed);
    }
  }

  /**
   * The same of one store.
   *
   * @throws BrokenPromise when it has nothing of this exchange
   */
  public static void requireStored(Exchange exchange, String store, String what) {
    Promises promises = of(exchange);
    if (promises == null || !promises.stored.contains(store)) {
      ContractNet.of(exchange).stop(exchange, promises, what + " before a store had it: " + store);
    }
  }

  /**
   * Refuses to commit what no step has decided, or while a store owes its part.
   *
   * @throws BrokenPromise then
   */
  public static void requireDecided(Exchange exchange, boolean decided, String what) {
    Promises promises = of(exchange);
    if (!decided) {
      ContractNet.of(exchange).stop(exchange, promises, what + " before its effect");
    }
    if (promises != null && !promises.owed.isEmpty()) {
      String owed = String.join(", ", promises.owed);
      ContractNet.of(exchange).stop(exchange, promises, what + " before its effect: " + owed);
    }
  }

  /** The answer is a stored one, of the same caller and the same request. */
  static void repeated(Exchange exchange) {
    Promises promises = of(exchange);
    if (promises != null) {
      promises.root().repeated = true;
    }
  }

  /** Whether what the exchange answers may be sent, so may be stored for a repetition. */
  static boolean kept(Exchange exchange) {
    Promises promises = of(exchange);
    return promises == null || promises.missing(exchange).isEmpty();
  }

  /** The error body that was made of a refusal; nothing else leaves an exchange without guards. */
  public static void refused(Exchange exchange, Exception refusal, Object body) {
    Promises promises = of(exchange);
    if (promises != null) {
      promises.root().refusal = refusal;
      promises.root().refusalBody = body;
    }
  }

  /** A message is given up: it can never be taken. Only after somebody has looked at it. */
  static boolean giveUp(Exchange exchange) {
    Promises promises = of(exchange);
    boolean looked =
        promises == null
            || promises.guardsRefusal != null
            || promises.missingGuard(exchange).isEmpty();
    if (promises != null && looked) {
      promises.givenUp = true;
    }
    return looked;
  }

  /** What a message of a batch lacks before it may be acknowledged. */
  public Optional<String> missingOfMessage(Exchange batch) {
    return givenUp ? Optional.empty() : missing(batch);
  }

  private Promises root() {
    return whole == null ? this : whole.root();
  }

  /** What a good answer lacks. */
  Optional<String> missing(Exchange exchange) {
    return missingGuard(exchange).or(this::missingStore);
  }

  private Optional<String> missingStore() {
    boolean lacking = demands.lacksStore(stored) || !owed.isEmpty();
    if (repeated || !lacking) {
      return Optional.empty();
    }
    Set<String> needed = owed.isEmpty() ? demands.stores() : owed;
    return Optional.of(
        "no store has it (x-durable: " + String.join(", ", needed).replace("*", "any") + ")");
  }

  private Optional<String> missingGuard(Exchange exchange) {
    if (whole != null) {
      return whole.missingGuard(exchange);
    }
    return lackingGuard(false).or(() -> foreign(exchange));
  }

  private Optional<String> lackingGuard(boolean early) {
    if (demands.secured() && entity == null) {
      return Optional.of("nobody is authorised (security)");
    }
    return demands.proofs().stream()
        .sorted()
        .filter(proof -> !proven.contains(proof))
        .filter(proof -> !(early || repeated) || !demands.proofsOnce().contains(proof))
        .findFirst()
        .map(proof -> "it is not proven: " + proof + " (x-proof)");
  }

  /** Whether the flow works on another entity than the one that was authorised. */
  private Optional<String> foreign(Exchange exchange) {
    if (!demands.secured()) {
      return Optional.empty();
    }
    Object present = exchange.getProperty(Authoriser.ENTITY);
    boolean same =
        entity.equals(present)
            && named.map(entity::equals).orElse(true)
            && own.map(one -> everyEntity || entity.equals(one)).orElse(true);
    return same
        ? Optional.empty()
        : Optional.of("another entity is authorised than the one that is answered (security)");
  }

  /**
   * What is wrong with an error as an answer: without the guards only a refusal leaves, and none
   * that tells what there is.
   */
  Optional<String> missingOfError(Exchange exchange) {
    Optional<String> lacking = lackingGuard(true);
    if (lacking.isEmpty()) {
      return lacking;
    }
    Exception thrown = exchange.getException();
    boolean rendered = thrown != null || exchange.getMessage().getBody() == refusalBody;
    Exception error = protocolError(thrown == null ? refusal : thrown);
    boolean harmless = error == guardsRefusal || !tells(error);
    return rendered && harmless ? Optional.empty() : lacking;
  }

  private static Exception protocolError(Exception thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProtocolException known) {
        return known;
      }
    }
    return thrown;
  }

  private static boolean tells(Exception error) {
    return error instanceof ProtocolException known
        && Set.of(404, 409).contains(known.code().status())
        && known.code() != ErrorCode.REQUEST_IN_PROGRESS;
  }
}
