package dev.drover.engine.events;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.utils.Utils;

/**
 * Which log this is and where it ends now.
 *
 * @param epoch eight hex digits that name this incarnation of the log
 * @param ends the end offset of each partition; its size is the number of partitions
 */
public record LogState(String epoch, List<Long> ends) {

  /** Copies the list. */
  public LogState {
    ends = List.copyOf(ends);
  }

  /** The number of partitions. */
  public int partitions() {
    return ends.size();
  }

  /** The partition of a key: the choice of Kafka's default partitioner. */
  public int partitionFor(String key) {
    return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions();
  }
}
