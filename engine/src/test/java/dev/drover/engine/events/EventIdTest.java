package dev.drover.engine.events;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Ids as text. */
class EventIdTest {

  @Property
  void textGrowsWithThePositionAndReadsBack(
      @ForAll @IntRange(max = 500) int partition,
      @ForAll @LongRange(min = 0, max = 999_999_999_998L) long position) {
    EventId id = new EventId("0a1b2c3d", partition, position);
    EventId next = new EventId("0a1b2c3d", partition, position + 1);
    assertThat(EventId.parse(id.toString())).contains(id);
    assertThat(next.toString()).isGreaterThan(id.toString());
  }

  @Property
  void garbageIsEmptyAndNeverAnError(@ForAll String text) {
    assertThat(EventId.parse(text)).isEmpty();
  }

  @Example
  void isZeroPaddedAndStrict() {
    assertThat(new EventId("0a1b2c3d", 3, 42)).hasToString("evt-0a1b2c3d-3-000000000042");
    assertThat(EventId.parse(null)).isEmpty();
    assertThat(EventId.parse("evt-0a1b2c3d-3-42")).isEmpty();
    assertThat(EventId.parse("evt-0a1b2c3d-99999-000000000042\n")).isEmpty();
    assertThat(EventId.parse("evt-0a1b2c3d--1-000000000042")).isEmpty();
    assertThat(EventId.parse("evt-0a1b2c3d-3-9999999999999999999")).isEmpty();
  }
}
