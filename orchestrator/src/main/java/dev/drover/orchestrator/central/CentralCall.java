package dev.drover.orchestrator.central;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** The requests that a mall sends to central, and what a right answer to each looks like. */
public enum CentralCall {
  /** The mall proves its key. */
  REGISTER("POST", "/api/orchestrators/register", Size.SMALL, "register-response", Verdicts.ALL),
  /** The mall exchanges its token. */
  REFRESH(
      "POST", "/api/orchestrators/token/refresh", Size.SMALL, "register-response", Verdicts.ALL),
  /** Central's public keys. */
  KEYS("GET", "/.well-known/jwks.json", Size.SMALL, "jwks", Verdicts.NONE),
  /** A sign of life. */
  HEARTBEAT(
      "POST", "/api/orchestrators/heartbeat", Size.SMALL, "heartbeat-response", Verdicts.NONE),
  /** A batch of writes. */
  UPLOADS(
      "POST",
      "/api/orchestrators/uploads",
      Size.BATCH,
      "upload-response",
      new Verdicts(Set.of(400, 413, 422))),
  /** Everything, read item by item. */
  FULL("GET", "/api/orchestrators/sync/full", Size.STREAM, "", Verdicts.NONE),
  /** What changed, read change by change. */
  DELTA("GET", "/api/orchestrators/sync/delta", Size.PAGE, "", new Verdicts(Set.of(400, 409))),
  /** Checksums. */
  CHECKSUM(
      "GET",
      "/api/orchestrators/sync/checksum",
      Size.SMALL,
      "sync-checksum-response",
      Verdicts.NONE),
  /** Items of some buckets. */
  ITEMS("GET", "/api/orchestrators/sync/items", Size.BATCH, "sync-items-response", Verdicts.NONE);

  /** How much an answer may be. */
  public enum Size {
    /** Read as a whole. */
    SMALL,
    /** Read as a whole, with documents in it. */
    BATCH,
    /** Kept as it came, and read one document at a time. */
    PAGE,
    /** Read as it comes, one document at a time. */
    STREAM
  }

  /** The refusals that the flow itself decides about; others are failures. Null: all of 4xx. */
  private record Verdicts(Set<Integer> statuses) {
    static final Verdicts ALL = new Verdicts(null);
    static final Verdicts NONE = new Verdicts(Set.of());
  }

  private final String method;
  private final String path;
  private final Size size;
  private final String schema;
  private final Verdicts verdicts;

  CentralCall(String method, String path, Size size, String schema, Verdicts verdicts) {
    this.method = method;
    this.path = path;
    this.size = size;
    this.schema = schema;
    this.verdicts = verdicts;
  }

  /** The call on this path, whatever query follows it. */
  public static Optional<CentralCall> of(String target) {
    String path = target == null ? "" : target.replaceFirst("[?].*", "");
    return Arrays.stream(values()).filter(call -> path.endsWith(call.path)).findFirst();
  }

  /** The HTTP method. */
  public String method() {
    return method;
  }

  /** The path below central's URL. */
  public String path() {
    return path;
  }

  /** How much an answer may be. */
  public Size size() {
    return size;
  }

  /** The schema of its answer; empty where the reader checks it while it comes. */
  public String schema() {
    return schema;
  }

  /** Whether a right answer may have this status; 202: a person is yet to decide. */
  boolean mayBe(int status) {
    return status == 200 || status == 201 || status == 202 && this == REGISTER;
  }

  /** Whether the flow decides what follows from this status. */
  boolean decides(int status) {
    return status / 100 == 4 && (verdicts.statuses == null || verdicts.statuses.contains(status));
  }
}
