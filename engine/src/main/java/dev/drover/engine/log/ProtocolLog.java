package dev.drover.engine.log;

import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The log lines of document 1, section 10.2: one per protocol event, with {@code event}, {@code
 * entity_id}, {@code orchestrator_id}, {@code duration_ms}, {@code trace_id} and {@code
 * records_synced}; an act of a person also has {@code by} and {@code target}. Routes write them
 * where a flow has reached something worth telling.
 */
public final class ProtocolLog {
  /** Level FATAL: the process is about to end. SLF4J has no such level, hence a marker. */
  public static final Marker FATAL = MarkerFactory.getMarker("FATAL");

  /** Exchange property: how many records a flow has synced; told as {@code records_synced}. */
  public static final String RECORDS = "DroverRecordsSynced";

  /** Exchange property: who did it, for what is audited. */
  public static final String BY = "DroverAuditBy";

  /** Exchange property: what it was done to. */
  public static final String TARGET = "DroverAuditTarget";

  /** Exchange property: why. */
  public static final String REASON = "DroverAuditReason";

  private final Logger logger;
  private final String entityId;
  private final String orchestratorId;

  /** A log for a process that serves many malls. */
  public ProtocolLog() {
    this(null, null);
  }

  /** A log for the process of one mall. */
  public ProtocolLog(String entityId, String orchestratorId) {
    this(LoggerFactory.getLogger("protocol"), entityId, orchestratorId);
  }

  ProtocolLog(Logger logger, String entityId, String orchestratorId) {
    this.logger = logger;
    this.entityId = entityId;
    this.orchestratorId = orchestratorId;
  }

  /**
   * Writes one line at level INFO.
   *
   * @param event what happened, in snake case, e.g. {@code orchestrator_registered}
   * @param detail a few words for people
   */
  public void record(Exchange exchange, String event, String detail) {
    record(exchange, event, detail, null);
  }

  /**
   * Writes one line at level INFO about an act of a person.
   *
   * @param event what happened, in snake case, e.g. {@code beacon_approved}
   * @param detail a few words for people
   * @param target what it was done to; null or empty: what a step has said before
   */
  public void record(Exchange exchange, String event, String detail, String target) {
    if (target != null && !target.isEmpty()) {
      target(exchange, target);
    }
    Principal caller = exchange.getProperty(Guards.PRINCIPAL, Principal.class);
    LoggingEventBuilder line = logger.atInfo().addKeyValue("event", event);
    add(line, "entity_id", entity(exchange, caller));
    add(line, "orchestrator_id", orchestrator(caller));
    add(line, "trace_id", traceId(exchange.getMessage()));
    line.addKeyValue("duration_ms", Duration.ofMillis(exchange.getClock().elapsed()).toMillis());
    add(line, "by", by(exchange, caller));
    add(line, "target", exchange.getProperty(TARGET, String.class));
    add(line, "reason", exchange.getProperty(REASON, String.class));
    Integer records = exchange.getProperty(RECORDS, Integer.class);
    if (records != null) {
      line.addKeyValue("records_synced", records);
    }
    line.log(detail);
  }

  /** Says what an act is done to, for the line that a flow writes about it. */
  public static void target(Exchange exchange, String target) {
    exchange.setProperty(TARGET, target);
  }

  private String entity(Exchange exchange, Principal caller) {
    if (entityId != null) {
      return entityId;
    }
    String entity = exchange.getProperty(Authoriser.ENTITY, String.class);
    if (entity == null && caller != null) {
      entity = caller.entityId();
    }
    return Grant.EVERY_ENTITY.equals(entity) ? null : entity;
  }

  private static String by(Exchange exchange, Principal caller) {
    String noted = exchange.getProperty(BY, String.class);
    return noted == null && caller != null && caller.role().person() ? caller.subject() : noted;
  }

  private String orchestrator(Principal caller) {
    if (orchestratorId != null || caller == null || caller.role() != Role.ORCHESTRATOR) {
      return orchestratorId;
    }
    int fingerprint = caller.subject().indexOf('#');
    return fingerprint < 0 ? caller.subject() : caller.subject().substring(0, fingerprint);
  }

  private static String traceId(Message message) {
    String traceparent = message.getHeader("traceparent", String.class);
    String[] parts = traceparent == null ? new String[0] : traceparent.split("-");
    return parts.length == 4 ? parts[1] : message.getHeader("X-Request-ID", String.class);
  }

  private static void add(LoggingEventBuilder line, String name, String value) {
    if (value != null) {
      line.addKeyValue(name, value);
    }
  }
}
