package dev.drover.engine.events;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of an event and at the same time the cursor of a reader: which log, which partition, and
 * the offset to read next. Its text {@code evt-<epoch>-<partition>-<position>} grows
 * lexicographically within a partition, and so within an entity (ARCHITECTURE section 5).
 *
 * @param epoch eight hex digits that change when the log was wiped or repartitioned
 * @param partition the partition of the event's key, from 0
 * @param position the offset after the event's own record; 0 is the beginning of an empty log
 */
public record EventId(String epoch, int partition, long position) {
  private static final Pattern TEXT =
      Pattern.compile("evt-([0-9a-f]{8})-([0-9]{1,5})-([0-9]{12,18})");

  /** Reads an id; anything that is not one is empty, never an error. */
  public static Optional<EventId> parse(String text) {
    if (text == null || text.length() > 64) {
      return Optional.empty();
    }
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new EventId(
            matcher.group(1),
            Integer.parseInt(matcher.group(2)),
            Long.parseLong(matcher.group(3))));
  }

  /** The text that clients see and send back. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "evt-%s-%d-%012d", epoch, partition, position);
  }
}
