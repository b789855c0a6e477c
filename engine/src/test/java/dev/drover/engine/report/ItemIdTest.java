package dev.drover.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.drover.proto.ProtocolException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An id is something that a path can name and a person can see. */
class ItemIdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        " ",
        "\u00a0\u2003",
        "\u200b",
        "\u200b\u200d\u2060",
        "\ufeff",
        "\u3164",
        "\u2800",
        "\u00ad",
        "\u2028",
        "\udb40\udd00",
        "\ufe0f",
        "\u202e",
        "a\u0000",
        "a\n",
        "x\ud83d",
        "\ude00\ud83d"
      })
  void b2WhatNobodyCanAddressOrSeeIsRefused(String id) {
    assertThatExceptionOfType(ProtocolException.class)
        .isThrownBy(() -> ItemId.require(id, "id"))
        .satisfies(e -> assertThat(e.details()).containsEntry("field", "id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "...", ".a", "17", "m/ä", " a", "👩\u200d🔧", "a b", "%2E%2E", "-1"})
  void othersAreIds(String id) {
    assertThat(ItemId.require(id, "id")).isEqualTo(id);
  }
}
