package dev.drover.central.security;

import dev.drover.engine.crypto.Revocations;
import dev.drover.engine.events.EventHub;
import org.apache.camel.Exchange;

/** Ends the open streams of those whose right was taken back. */
public final class RevokedStreams {
  private final EventHub hub;
  private final Revocations revocations;

  /** Ends streams of this hub at once when asked, and otherwise within about a second. */
  public RevokedStreams(EventHub hub, Revocations revocations) {
    this.hub = hub;
    this.revocations = revocations;
    hub.streams().checkRights(caller -> !revocations.revoked(caller));
  }

  /** Ends them now; the message stays as it is. */
  public void end(Exchange exchange) {
    hub.streams().end(revocations::revoked, "revoked");
  }
}
