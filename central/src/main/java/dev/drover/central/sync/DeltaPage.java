package dev.drover.central.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.Change;
import dev.drover.central.entity.EntityView;
import dev.drover.central.entity.ItemRef;
import dev.drover.central.entity.Roots;
import dev.drover.central.entity.RowsAtOnce;
import dev.drover.engine.checksum.Checksums;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One page of a delta (document 1, section 3.2; R-13): the net change of each document between two
 * numbers of the history, in the order of their last ones. It ends with the document that reaches 8
 * MiB, and is sent in pieces: large documents are read again for that, so that little of the page
 * is in memory.
 *
 * @param from the number after which it begins
 * @param covered the changes that it covers, in order; without the documents when they are large
 * @param small whether the changes have their documents
 */
record DeltaPage(long from, List<Change> covered, boolean small) {
  /** A page ends with the document that reaches so many characters. */
  static final int MAX_SIZE = 8 << 20;

  /** How far back the base's checksum is worked out; a caller further behind gets none. */
  private static final int MAX_BASE = 5000;

  /** Never the checksum of anything. */
  private static final String UNKNOWN = "sha256:" + "0".repeat(64);

  /** A document's way from the beginning of the page to its end. */
  record Net(String operation, Change last) {
    private static Net of(Change first, Change last) {
      boolean was = first.before().exists();
      boolean is = last.after().exists();
      String operation = !is ? "delete" : was ? "update" : "create";
      return new Net(was || is ? operation : "", last);
    }
  }

  /**
   * Reads a page.
   *
   * @param limit how many numbers of the history it covers at most
   */
  static DeltaPage read(EntityView view, long from, int limit) {
    RowsAtOnce rows = new RowsAtOnce();
    List<Change> covered = new ArrayList<>();
    long to = Math.min(view.seq(), from + limit);
    long size = 0;
    boolean small = true;
    for (long at = from; at < to && size < MAX_SIZE; ) {
      long end = Math.min(to, at + rows.next());
      long before = size;
      for (Change change : view.documents(at, end)) {
        if (size < MAX_SIZE) {
          size += change.json() == null ? 0 : change.json().length();
          if (small && size > RowsAtOnce.LARGE) {
            small = false;
            covered.replaceAll(Change::withoutText);
          }
          covered.add(small ? change : change.withoutText());
        }
      }
      rows.took(size - before);
      at = end;
    }
    return new DeltaPage(from, covered, small);
  }

  /** The number up to which the page comes. */
  long to() {
    return covered.isEmpty() ? from : covered.get(covered.size() - 1).seq();
  }

  /** What is told: a document that came and went is not. */
  List<Net> changes() {
    Map<ItemRef, Change> first = new HashMap<>();
    Map<ItemRef, Change> last = new LinkedHashMap<>();
    for (Change change : covered) {
      first.putIfAbsent(change.item(), change);
      // Taken out first, so that the order is that of the last changes.
      last.remove(change.item());
      last.put(change.item(), change);
    }
    List<Net> changes = new ArrayList<>();
    last.forEach((item, change) -> changes.add(Net.of(first.get(item), change)));
    changes.removeIf(net -> net.operation().isEmpty());
    return changes;
  }

  /** The page as JSON, in pieces; it must be small to be asked for as one. */
  Iterator<byte[]> pieces(EntityView view) {
    String members = members(view);
    String beginning = members.substring(0, members.length() - 1) + ",\"changes\":[";
    return small
        ? List.of(whole(beginning).getBytes(StandardCharsets.UTF_8)).iterator()
        : new DeltaPieces(view, beginning, changes());
  }

  private String whole(String beginning) {
    StringBuilder text = new StringBuilder(beginning);
    String comma = "";
    for (Net net : changes()) {
      text.append(comma);
      append(text, net.operation(), net.last());
      comma = ",";
    }
    return text.append("]}").toString();
  }

  /** All but the changes. */
  private String members(EntityView view) {
    long to = to();
    boolean hasMore = to < view.seq();
    String base = base(view);
    ObjectNode page = Json.MAPPER.createObjectNode();
    page.put("entity_id", view.entityId());
    page.put("sync_id", "sync-delta-" + from + "-" + to);
    page.put("timestamp", timestamp(view, hasMore).toString());
    page.put("base_checksum", base);
    // On a page that is not the last one they are equal: a client that ignores paging is found by
    // its next verification instead of differing silently.
    page.put("new_checksum", hasMore ? base : view.roots().global());
    page.put("checksum_algorithm", Checksums.ALGORITHM);
    page.put("cursor", Long.toString(to));
    page.put("has_more", hasMore);
    page.put("next_cursor", hasMore ? Long.toString(to) : null);
    return page.toString();
  }

  private Instant timestamp(EntityView view, boolean hasMore) {
    return hasMore ? covered.get(covered.size() - 1).at() : view.updatedAt();
  }

  private String base(EntityView view) {
    return view.global(from).orElseGet(() -> workedOutBase(view));
  }

  private String workedOutBase(EntityView view) {
    if (view.seq() - from > MAX_BASE) {
      return UNKNOWN;
    }
    List<Change> since = new ArrayList<>(covered);
    since.addAll(view.changes(to(), view.seq()));
    return view.rootsBefore(since).map(Roots::global).orElse(UNKNOWN);
  }

  static void append(StringBuilder text, String operation, Change last) {
    String collection = last.item().collection();
    text.append("{\"type\":\"").append(collection, 0, collection.length() - 1);
    text.append("\",\"operation\":\"").append(operation);
    text.append("\",\"id\":").append(Json.text(last.item().id()));
    if (last.json() != null) {
      // The document is JSON already and is not parsed again.
      text.append(",\"data\":").append(last.json());
    }
    text.append(",\"updated_at\":\"").append(last.at()).append("\"}");
  }
}
