package dev.drover.central.beacon;

import dev.drover.proto.ErrorCode;
import dev.drover.proto.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.Document;

/** The commands in a beacon's document that wait for it; they ride on answers to its heartbeats. */
final class WaitingCommands {
  private static final int MOST = 100;

  private WaitingCommands() {}

  /** The commands, oldest first. */
  static List<Document> of(Document beacon) {
    return beacon.getList("commands", Document.class, List.of());
  }

  /** Forgets what is done or was said often enough, and counts what is said now. */
  static void deliver(Document beacon, Set<String> done, int deliveries) {
    List<Document> waiting = new ArrayList<>();
    for (Document command : of(beacon)) {
      int times = command.getInteger("deliveries", 0);
      if (!done.contains(command.getString("command_id")) && times < deliveries) {
        waiting.add(command.append("deliveries", times + 1));
      }
    }
    beacon.put("commands", waiting);
  }

  /**
   * Adds a command.
   *
   * @throws ProtocolException QUEUE_FULL
   */
  static void add(Document beacon, String commandId, String json) {
    List<Document> waiting = new ArrayList<>(of(beacon));
    if (waiting.size() >= MOST) {
      throw new ProtocolException(
          ErrorCode.QUEUE_FULL, "As many commands wait for this beacon as may wait");
    }
    waiting.add(new Document("command_id", commandId).append("json", json));
    beacon.put("commands", waiting);
  }
}
