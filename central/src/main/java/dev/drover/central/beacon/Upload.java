package dev.drover.central.beacon;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.guard.Operation;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.UploadResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bson.Document;

/** One batch on its way through the flow: its items in order, and what became of each so far. */
final class Upload {
  private final String caller;
  private final String batchId;
  private final Operation operation;
  private final List<Long> numbers = new ArrayList<>();
  private final List<UploadItem> items = new ArrayList<>();
  private final Map<Integer, UploadResult> results = new HashMap<>();
  private final Map<String, Integer> firstWithKey = new LinkedHashMap<>();
  private Document ledger;
  private String answered;

  /** Reads the items; one that cannot be read is rejected, not its batch. */
  Upload(String caller, String batchId, JsonNode items, Operation operation) {
    this.caller = caller;
    this.batchId = batchId;
    this.operation = operation;
    for (JsonNode node : items) {
      int index = numbers.size();
      numbers.add(UploadItem.seq(node));
      UploadItem item = null;
      try {
        item = UploadItem.read(node);
        firstWithKey.putIfAbsent(item.key(), index);
      } catch (ProtocolException e) {
        results.put(index, UploadResult.rejected(e));
      }
      this.items.add(item);
    }
  }

  /** Whose batch it is. */
  String caller() {
    return caller;
  }

  /** Notes the ledger as it was when repetitions were looked for; null when there was none. */
  void judgedBy(Document ledger) {
    this.ledger = ledger;
  }

  Document ledger() {
    return ledger;
  }

  String batchId() {
    return batchId;
  }

  /** What hands it in. */
  Operation operation() {
    return operation;
  }

  /**
   * What one of its items does: named by the item's own key, so that it is recognised in whatever
   * batch it comes again.
   */
  Operation operation(UploadItem item) {
    String name = caller + "/" + item.key() + "/" + item.fingerprint();
    String id = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    return Operation.of(id, operation.repeated(), operation::check);
  }

  /** The numbers of its items, in order. */
  List<Long> numbers() {
    return numbers;
  }

  /** The keys of its items. */
  List<String> keys() {
    return List.copyOf(firstWithKey.keySet());
  }

  /** One item that is still to be done, by its place in the batch. */
  record Todo(int index, UploadItem item) {}

  /** The answer that this batch got when it was handed in under the same key before. */
  Optional<String> answered() {
    return Optional.ofNullable(answered);
  }

  void answered(String answer) {
    this.answered = answer;
  }

  /** A result for each item, and the receipt. */
  String answer() {
    List<UploadResponse.Result> told = new ArrayList<>();
    for (int i = 0; i < numbers.size(); i++) {
      told.add(result(i).told(numbers.get(i)));
    }
    UploadResponse.Receipt receipt =
        new UploadResponse.Receipt(Collections.min(numbers), Collections.max(numbers));
    return Json.text(new UploadResponse(batchId, told, receipt));
  }

  /** The items without a result, in order; the repetition of a key within a batch is not done. */
  List<Todo> todo() {
    List<Todo> todo = new ArrayList<>();
    if (answered != null) {
      return todo;
    }
    for (Todo first : firsts()) {
      if (!results.containsKey(first.index())) {
        todo.add(first);
      }
    }
    return todo;
  }

  /** The first item of each key. */
  List<Todo> firsts() {
    return firstWithKey.values().stream().map(index -> new Todo(index, items.get(index))).toList();
  }

  void result(int index, UploadResult result) {
    results.put(index, result);
  }

  /** What became of the item at a place. */
  UploadResult result(int index) {
    UploadResult own = results.get(index);
    if (own != null) {
      return own;
    }
    UploadItem item = items.get(index);
    Todo first = new Todo(firstWithKey.get(item.key()), items.get(firstWithKey.get(item.key())));
    return item.fingerprint().equals(first.item().fingerprint())
        ? results.get(first.index()).repeated()
        : UploadResult.rejected(UploadLedger.reused());
  }
}
