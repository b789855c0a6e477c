package dev.drover.central.sync;

import dev.drover.central.entity.Change;
import dev.drover.central.entity.EntityView;
import dev.drover.central.entity.RowsAtOnce;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A page of a delta whose documents are large, in pieces: between two of them it has only the
 * numbers of the changes. The history does not change, so what is read later is the same.
 */
final class DeltaPieces implements Iterator<byte[]> {
  private final EntityView view;
  private final long[] numbers;
  private final String[] operations;
  private final RowsAtOnce rows = new RowsAtOnce();
  private final StringBuilder piece = new StringBuilder();
  private int index;
  private boolean ended;

  /**
   * A page.
   *
   * @param beginning the members before the changes, and the bracket that opens them
   * @param changes what is told
   */
  DeltaPieces(EntityView view, String beginning, List<DeltaPage.Net> changes) {
    this.view = view;
    this.numbers = changes.stream().mapToLong(net -> net.last().seq()).toArray();
    this.operations = changes.stream().map(DeltaPage.Net::operation).toArray(String[]::new);
    piece.append(beginning);
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
    if (index < numbers.length) {
      read(Math.min(numbers.length, index + rows.next()));
    }
    if (index == numbers.length) {
      piece.append("]}");
      ended = true;
    }
    byte[] bytes = piece.toString().getBytes(StandardCharsets.UTF_8);
    rows.took(bytes.length);
    // A large one would keep its room.
    piece.setLength(0);
    piece.trimToSize();
    return bytes;
  }

  private void read(int end) {
    List<Long> asked = new ArrayList<>();
    for (int i = index; i < end; i++) {
      asked.add(numbers[i]);
    }
    List<Change> read = view.documents(asked);
    if (read.size() != asked.size()) {
      throw new IllegalStateException("changes were forgotten while they were read");
    }
    for (Change change : read) {
      piece.append(index == 0 ? "" : ",");
      DeltaPage.append(piece, operations[index], change);
      index++;
    }
  }
}
