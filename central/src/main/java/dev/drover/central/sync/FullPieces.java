package dev.drover.central.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.RowsAtOnce;
import dev.drover.central.entity.Snapshot;
import dev.drover.engine.checksum.Checksums;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The answer of a full sync in pieces (document 1, section 3.1): an exact snapshot, of which no
 * more than a piece is in memory. A limited answer says where the next page of the same snapshot
 * begins.
 */
final class FullPieces implements Iterator<byte[]> {
  /**
   * Where a page begins: in a snapshot, in a collection, after an id.
   *
   * @param order the collections in the order of the first page, which every further page has
   */
  record Position(long seq, List<String> order, String collection, String afterId) {
    String text() {
      String plain =
          String.join(
              "/",
              String.valueOf(seq),
              String.join(",", order),
              collection,
              afterId == null ? "" : afterId);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    static Position parse(String text) {
      try {
        String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
        String[] parts = plain.split("/", 4);
        List<String> order = parts.length == 4 ? List.of(parts[1].split(",")) : List.of();
        boolean known = !order.isEmpty() && Checksums.COLLECTIONS.containsAll(order);
        if (known && order.contains(parts[2])) {
          return new Position(
              Long.parseLong(parts[0]), order, parts[2], parts[3].isEmpty() ? null : parts[3]);
        }
      } catch (IllegalArgumentException e) {
        // said below
      }
      throw SyncQuery.invalid("cursor", "This is no next_cursor of a full sync");
    }
  }

  /** What is told of the documents, one member of the answer after the other. */
  private enum Part {
    DATA("data", '[', ']'),
    AUDIT("audit", '{', '}');

    private final String member;
    private final char open;
    private final char close;

    Part(String member, char open, char close) {
      this.member = member;
      this.open = open;
      this.close = close;
    }

    String render(Snapshot.Item item) {
      if (this == DATA) {
        return item.version().json();
      }
      Map<String, Object> audit = new LinkedHashMap<>();
      audit.put("seq", item.version().seq());
      audit.put("updated_at", item.version().at().toString());
      return Json.text(item.id()) + ":" + Json.text(audit);
    }
  }

  private final Snapshot snapshot;
  private final List<String> include;
  private final Position from;
  private final int limit;
  private final Deque<Part> parts;
  private final StringBuilder piece = new StringBuilder();
  private RowsAtOnce rowsAtOnce = new RowsAtOnce();

  private int index;
  private boolean open;
  private boolean empty;
  private String afterId;
  private int sent;
  private Position next;
  private boolean ended;

  /**
   * An answer.
   *
   * @param head the members before {@code data}
   * @param audit whether number and time of each document are told beside it
   * @param from where the page begins
   * @param limit the most documents that it holds
   */
  FullPieces(
      ObjectNode head,
      Snapshot snapshot,
      List<String> include,
      boolean audit,
      Position from,
      int limit) {
    this.snapshot = snapshot;
    this.include = include;
    this.from = from;
    this.limit = limit;
    this.parts = new ArrayDeque<>(audit ? List.of(Part.DATA, Part.AUDIT) : List.of(Part.DATA));
    String members = head.toString();
    piece.append(members, 0, members.length() - 1);
    begin(parts.peek());
  }

  private void begin(Part part) {
    piece.append(",\"").append(part.member).append("\":{");
    index = 0;
    sent = 0;
    next = null;
  }

  @Override
  public boolean hasNext() {
    return !ended;
  }

  @Override
  public byte[] next() {
    if (ended) {
      throw new NoSuchElementException();
    }
    if (index < include.size()) {
      readRows(include.get(index));
    } else {
      endPart();
    }
    byte[] bytes = piece.toString().getBytes(StandardCharsets.UTF_8);
    piece.setLength(0);
    return bytes;
  }

  private void readRows(String collection) {
    if (!open) {
      piece.append(index == 0 ? "\"" : ",\"").append(collection).append("\":");
      piece.append(parts.peek().open);
      open = true;
      empty = true;
      // what was small in one collection says nothing about the next
      rowsAtOnce = new RowsAtOnce();
      afterId = collection.equals(from.collection()) ? from.afterId() : null;
    }
    boolean onThisPage = next == null && index >= include.indexOf(from.collection());
    if (onThisPage) {
      Snapshot.Piece rows =
          snapshot.read(collection, afterId, Math.min(rowsAtOnce.next(), limit - sent));
      rows.items().forEach(this::add);
      rowsAtOnce.took(piece.length());
      afterId = rows.lastId();
      if (sent >= limit) {
        next = afterThis();
      } else if (afterId != null) {
        return;
      }
    }
    piece.append(parts.peek().close);
    open = false;
    index++;
  }

  private void add(Snapshot.Item item) {
    piece.append(empty ? "" : ",").append(parts.peek().render(item));
    empty = false;
    sent++;
  }

  private Position afterThis() {
    if (afterId != null) {
      return new Position(snapshot.seq(), include, include.get(index), afterId);
    }
    boolean last = index + 1 == include.size();
    return last ? null : new Position(snapshot.seq(), include, include.get(index + 1), null);
  }

  private void endPart() {
    piece.append('}');
    parts.poll();
    if (!parts.isEmpty()) {
      begin(parts.peek());
      return;
    }
    String cursor = next == null ? "null" : "\"" + next.text() + "\"";
    piece.append(",\"has_more\":").append(next != null);
    piece.append(",\"next_cursor\":").append(cursor).append('}');
    ended = true;
  }
}
