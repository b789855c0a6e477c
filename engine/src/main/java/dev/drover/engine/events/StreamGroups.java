package dev.drover.engine.events;

import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Streams by key, and under a key by writer and encoding, in arrays that are replaced and never
 * changed: a delivery takes the array as it is, with no copy and no lock.
 */
final class StreamGroups {

  /** Streams that share a writer and an encoding. */
  record Group(EventEncoding encoding, Outbox outbox, EventStream[] streams) {

    boolean takes(EventSink sink) {
      return sink.encoding() == encoding && sink.outbox() == outbox;
    }
  }

  private static final Group[] NONE = {};

  private final Map<String, Group[]> byKey = new ConcurrentHashMap<>();

  Group[] of(String key) {
    return byKey.getOrDefault(key, NONE);
  }

  Collection<Group[]> all() {
    return byKey.values();
  }

  boolean isEmpty() {
    return byKey.isEmpty();
  }

  void add(EventStream stream) {
    addAll(stream.request().key(), List.of(stream));
  }

  /** Adds streams of one key. */
  void addAll(String key, List<EventStream> streams) {
    byKey.compute(
        key,
        (k, before) -> {
          Group[] groups = before == null ? NONE : before;
          List<EventStream> rest = streams;
          while (!rest.isEmpty()) {
            EventSink first = rest.get(0).sink();
            List<EventStream> same = new ArrayList<>(rest.size());
            List<EventStream> other = new ArrayList<>();
            Group probe = new Group(first.encoding(), first.outbox(), null);
            rest.forEach(s -> (probe.takes(s.sink()) ? same : other).add(s));
            groups = merge(groups, probe, same);
            rest = other;
          }
          return groups;
        });
  }

  void remove(EventStream stream) {
    byKey.computeIfPresent(
        stream.request().key(),
        (k, groups) -> {
          List<Group> kept = new ArrayList<>(groups.length);
          for (Group group : groups) {
            Group left = group.takes(stream.sink()) ? without(group, stream) : group;
            if (left.streams.length > 0) {
              kept.add(left);
            }
          }
          return kept.isEmpty() ? null : kept.toArray(NONE);
        });
  }

  /** Takes all streams of a key out and returns them. */
  List<EventStream> removeAll(String key) {
    List<EventStream> removed = new ArrayList<>();
    Group[] groups = byKey.remove(key);
    for (Group group : groups == null ? NONE : groups) {
      removed.addAll(Arrays.asList(group.streams));
    }
    return removed;
  }

  /**
   * Encodes an event once per encoding and queues it for each writer.
   *
   * @param transport only streams of this kind, or all when null
   * @param delivered counts the streams that took it
   * @return the number of streams it was queued for
   */
  static int fanOut(Group[] groups, String transport, LogEvent event, LongAdder delivered) {
    Map<EventEncoding, Object> frames = new IdentityHashMap<>(2);
    int count = 0;
    for (Group group : groups) {
      if (transport != null && !transport.equals(group.encoding.transport())) {
        continue;
      }
      Object frame = frames.computeIfAbsent(group.encoding, e -> encode(e, event));
      int bytes = event.data().length + 64;
      EventId id = event.id();
      EventStream[] streams = group.streams;
      ReferenceCountUtil.retain(frame);
      group.outbox.submit(
          (outbox, last) -> {
            int taken = 0;
            for (EventStream stream : streams) {
              taken += stream.deliver(frame, id, bytes, last) ? 1 : 0;
            }
            delivered.add(taken);
            ReferenceCountUtil.release(frame);
          },
          event.weight());
      count += streams.length;
    }
    frames.values().forEach(ReferenceCountUtil::release);
    return count;
  }

  private static Object encode(EventEncoding encoding, LogEvent event) {
    String id = event.id() == null ? null : event.id().toString();
    return encoding.encode(event.type(), id, event.data(), 0);
  }

  private static Group[] merge(Group[] groups, Group probe, List<EventStream> streams) {
    for (int i = 0; i < groups.length; i++) {
      if (groups[i].encoding == probe.encoding && groups[i].outbox == probe.outbox) {
        EventStream[] old = groups[i].streams;
        EventStream[] all = Arrays.copyOf(old, old.length + streams.size());
        for (int j = 0; j < streams.size(); j++) {
          all[old.length + j] = streams.get(j);
        }
        Group[] changed = groups.clone();
        changed[i] = new Group(probe.encoding, probe.outbox, all);
        return changed;
      }
    }
    Group[] more = Arrays.copyOf(groups, groups.length + 1);
    more[groups.length] =
        new Group(probe.encoding, probe.outbox, streams.toArray(new EventStream[0]));
    return more;
  }

  private static Group without(Group group, EventStream stream) {
    List<EventStream> rest = new ArrayList<>(Arrays.asList(group.streams));
    rest.remove(stream);
    return new Group(group.encoding, group.outbox, rest.toArray(new EventStream[0]));
  }
}
