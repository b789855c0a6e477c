package dev.drover.proto.navign;

import dev.drover.proto.WireMessage;

/**
 * What central answers to a registration or a token refresh (document 1, section 1).
 *
 * @param token a JWT for every further request
 * @param expiresAt when it ends, in Unix seconds
 * @param assignedId the id that central chose; the requested one works as well
 * @param syncEndpoints absolute URLs
 * @param initialSyncRequired true for a new or stale orchestrator
 */
@WireMessage
public record RegisterResponse(
    String token,
    long expiresAt,
    String assignedId,
    SyncEndpoints syncEndpoints,
    boolean initialSyncRequired) {

  /** Where the three families of requests go. */
  @WireMessage
  public record SyncEndpoints(String events, String dataSync, String firmware) {

    /** The endpoints below a public base URL. */
    public static SyncEndpoints below(String publicUrl) {
      String base =
          publicUrl.endsWith("/") ? publicUrl.substring(0, publicUrl.length() - 1) : publicUrl;
      return new SyncEndpoints(
          base + "/api/orchestrators/events",
          base + "/api/orchestrators/sync",
          base + "/api/firmware");
    }
  }
}
