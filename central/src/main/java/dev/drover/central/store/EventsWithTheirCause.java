package dev.drover.central.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.drover.proto.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * Version 2: an event lies in the document of what caused it, where it was in the collection {@code
 * pending_events}, written after it. What a kill between the two writes has left untold is owed
 * too. An event that this makes twice has the same {@code event_key}, which malls apply once.
 */
final class EventsWithTheirCause {
  private EventsWithTheirCause() {}

  static void apply(MongoDatabase database) {
    MongoCollection<Document> pending = database.getCollection("pending_events");
    MongoCollection<Document> requests = database.getCollection("access_log_requests");
    Bson asked = Filters.eq("event", "access_log_request");
    for (Document event : pending.find(asked)) {
      owe(requests, event.getString("_id"), event.getString("data"), "access_log_request");
    }
    for (Document request : requests.find(Filters.ne("told", true))) {
      owe(requests, request.getString("_id"), request(request), "access_log_request");
    }
    pending.deleteMany(asked);

    MongoCollection<Document> lists = database.getCollection("beacon_revocations");
    // The present list makes up for all that was told of earlier ones.
    for (Document list : lists.find(Filters.gt("version", 0L))) {
      owe(lists, list.getString("_id"), list(list), "config_update");
    }
    pending.deleteMany(Filters.eq("event", "config_update"));
  }

  private static void owe(MongoCollection<Document> causes, String key, String data, String type) {
    int slash = key.indexOf('/');
    Document event =
        new Document("id", Json.object(data.getBytes(UTF_8)).path("event_key").textValue())
            .append("group", slash < 0 ? key : key.substring(0, slash))
            .append("event", type)
            .append("data", data);
    causes.updateOne(
        Filters.and(Filters.eq("_id", key), Filters.exists("owed", false)),
        Updates.set("owed", event));
  }

  private static String request(Document request) {
    String key = request.getString("_id");
    String id = key.substring(key.indexOf('/') + 1);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("beacon_id", request.getString("beacon_id"));
    data.put("since", request.getString("since"));
    data.put("request_id", id);
    data.put("event_key", "access_log_request:" + id);
    return Json.text(data);
  }

  private static String list(Document list) {
    long version = list.getLong("version");
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("type", "revoked_beacons");
    data.put("config", Map.of("beacon_ids", list.getList("beacon_ids", String.class, List.of())));
    data.put("version", version);
    data.put("event_key", "revoked_beacons:" + version);
    return Json.text(data);
  }
}
