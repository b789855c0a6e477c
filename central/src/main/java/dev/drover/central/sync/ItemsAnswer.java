package dev.drover.central.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.EntityView;
import dev.drover.central.entity.RowsAtOnce;
import dev.drover.central.entity.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * The documents of some buckets in pieces: all of one state, whatever is written meanwhile, and
 * between two pieces there are only the ids of one bucket in memory.
 */
final class ItemsAnswer implements Iterator<byte[]> {
  private final EntityView view;
  private final String collection;
  private final List<Integer> numbers;
  private final RowsAtOnce rows = new RowsAtOnce();
  private final StringBuilder piece = new StringBuilder();
  private int index;
  private List<String> ids;
  private int position;
  private boolean ended;

  /**
   * An answer.
   *
   * @param head the members before {@code buckets}
   * @param numbers the numbers of the buckets, in order
   */
  ItemsAnswer(ObjectNode head, EntityView view, String collection, List<Integer> numbers) {
    this.view = view;
    this.collection = collection;
    this.numbers = numbers;
    String members = head.toString();
    piece.append(members, 0, members.length() - 1).append(",\"buckets\":{");
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
    if (index == numbers.size()) {
      piece.append("}}");
      ended = true;
    } else {
      readSome(numbers.get(index));
    }
    byte[] bytes = piece.toString().getBytes(StandardCharsets.UTF_8);
    // A large one would keep its room.
    piece.setLength(0);
    piece.trimToSize();
    return bytes;
  }

  private void readSome(int number) {
    if (ids == null) {
      ids = view.bucket(collection, number);
      position = 0;
      piece
          .append(index == 0 ? "" : ",")
          .append(String.format(Locale.ROOT, "\"%02x\":{\"hash\":\"", number))
          .append(view.roots().buckets(collection).get(number))
          .append("\",\"items\":[");
    }
    if (position < ids.size()) {
      List<String> asked = ids.subList(position, Math.min(ids.size(), position + rows.next()));
      Snapshot.Piece read = view.read(collection, asked);
      String comma = position == 0 ? "" : ",";
      for (Snapshot.Item item : read.items()) {
        piece.append(comma).append(item.version().json());
        comma = ",";
      }
      position += read.items().size();
      rows.took(piece.length());
    }
    if (position == ids.size()) {
      piece.append("]}");
      ids = null;
      index++;
    }
  }
}
