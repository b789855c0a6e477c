package dev.drover.orchestrator.sync.delta;

import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.store.Untold;
import dev.drover.proto.Json;
import dev.drover.proto.navign.Changes;
import dev.drover.proto.navign.MallDataUpdate;
import java.util.List;
import org.apache.camel.Exchange;

/** What the devices of the mall are told of changed data. */
public final class DeviceNotices {
  /** Exchange property: whether there is something to tell. */
  public static final String LEFT = "DroverNoticeLeft";

  private static final String NOTICE = "DroverNotice";
  private static final int ITEMS = 1_000;

  private final Untold untold;
  private final AffectedBeacons affected;
  private final EntityCache cache;
  private final String entityId;

  /** Notices of this mall. */
  public DeviceNotices(
      Untold untold, AffectedBeacons affected, EntityCache cache, String entityId) {
    this.untold = untold;
    this.affected = affected;
    this.cache = cache;
    this.entityId = entityId;
  }

  /**
   * Sets {@link #LEFT}, and the body to the next message: {@code {entity_id, cursor, changes,
   * affected_beacons}}, or {@code {entity_id, cursor, full: true}} when everything may have
   * changed.
   */
  public void next(Exchange exchange) {
    Untold.Notice notice = untold.next(ITEMS);
    exchange.setProperty(LEFT, !notice.isEmpty());
    exchange.setProperty(NOTICE, notice);
    String cursor = cache.state().cursor();
    MallDataUpdate message =
        notice.everything()
            ? new MallDataUpdate(entityId, cursor, true, null, null)
            : new MallDataUpdate(
                entityId,
                cursor,
                null,
                Changes.of(notice.ids()),
                List.copyOf(affected.of(notice.ids())));
    exchange.getMessage().setBody(Json.text(message));
  }

  /** Strikes out what the broker has taken. */
  public void told(Exchange exchange) {
    untold.told(exchange.getProperty(NOTICE, Untold.Notice.class));
  }
}
