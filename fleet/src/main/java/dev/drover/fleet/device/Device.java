package dev.drover.fleet.device;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;

/**
 * A device as it is stored. It is never changed: each change makes another one, for {@link
 * Devices#change}. Fields that the registry does not know are a dialect's, and stay.
 *
 * @param stored its document
 */
public record Device(DeviceId id, Document stored) {
  /** As many commands as may wait. */
  public static final int MOST_COMMANDS = 100;

  /** The hardware that has this id; null before a registration. */
  public String hardware() {
    return stored.getString("device_id");
  }

  /** Whether it may work; null before a registration. */
  public Boolean approved() {
    return stored.getBoolean("approved");
  }

  /** What runs on it; null when it has not said so. */
  public String firmware() {
    return stored.getString("firmware_version");
  }

  /** When it made its last report. */
  public Optional<Instant> seen() {
    return Optional.ofNullable(stored.getDate("last_seen")).map(Date::toInstant);
  }

  /** What its last report says of it; null before the first. */
  public String status() {
    return stored.getString("status");
  }

  /** Its last report; null before the first. */
  public String report() {
    return stored.getString("heartbeat");
  }

  /** Since when it is shut out. */
  public Optional<Date> shutOut() {
    return Optional.ofNullable(stored.getDate("revoked_at"));
  }

  /** The commands that wait for it, oldest first. */
  public List<DeviceCommand> commands() {
    return stored.getList("commands", Document.class, List.of()).stream()
        .map(DeviceCommand::of)
        .toList();
  }

  /** With a field of its dialect. */
  public Device with(String field, Object value) {
    Document next = new Document(stored);
    next.put(field, value);
    return new Device(id, next);
  }

  private Device without(String field) {
    Document next = new Document(stored);
    next.remove(field);
    return new Device(id, next);
  }

  private Device withDefault(String field, Object value) {
    return stored.get(field) == null ? with(field, value) : this;
  }

  /**
   * Registered, again or for the first time; approval and time of the first time stay.
   *
   * @param firmware what runs on it; null when it has not said so
   * @param json the whole registration
   */
  public Device registered(
      String hardware, String firmware, String json, boolean approved, Instant now) {
    if (hardware() != null && !hardware().equals(hardware)) {
      throw new DeviceRefused(DeviceRefused.Reason.ID_TAKEN, id);
    }
    return with("device_id", hardware)
        .with("registration", json)
        .with("firmware_version", firmware)
        .withDefault("approved", approved)
        .withDefault("registered_at", Date.from(now));
  }

  /** Let in by an operator. */
  public Device letIn() {
    return with("approved", true);
  }

  /** With its report, unless a newer one is known: it comes from a queue then. */
  public Device reported(DeviceReport report) {
    Date made = Date.from(report.made());
    Date known = stored.getDate("last_seen");
    if (known != null && known.after(made)) {
      return this;
    }
    Device next =
        with("last_seen", made).with("status", report.status()).with("heartbeat", report.json());
    return report.firmware().map(text -> next.with("firmware_version", text)).orElse(next);
  }

  /**
   * Shut out, or let in again.
   *
   * @param since when it was shut out, empty when it is let in again
   * @param version of the group's list that says so; an older one than is known changes nothing
   */
  public Device shutOut(Optional<Date> since, long version) {
    Long known = stored.getLong("revocation_version");
    if (known != null && known >= version) {
      return this;
    }
    Device next = with("revocation_version", version).without("revoked_at");
    return since.map(date -> next.with("revoked_at", date)).orElse(next);
  }

  /**
   * With a command more.
   *
   * @throws DeviceRefused COMMANDS_FULL
   */
  public Device commanded(String commandId, String json) {
    List<DeviceCommand> waiting = new ArrayList<>(commands());
    if (waiting.size() >= MOST_COMMANDS) {
      throw new DeviceRefused(DeviceRefused.Reason.COMMANDS_FULL, id);
    }
    waiting.add(new DeviceCommand(commandId, json, 0));
    return withCommands(waiting);
  }

  /**
   * With its commands told once more: what is done or was told often enough is forgotten.
   *
   * @param done ids of commands that the device has done
   * @param deliveries how often a command is told before it is given up
   */
  public Device told(Set<String> done, int deliveries) {
    return withCommands(
        commands().stream()
            .filter(one -> !done.contains(one.id()) && one.deliveries() < deliveries)
            .map(DeviceCommand::told)
            .toList());
  }

  private Device withCommands(List<DeviceCommand> waiting) {
    return with("commands", waiting.stream().map(DeviceCommand::toDocument).toList());
  }
}
