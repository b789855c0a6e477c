package dev.drover.central.flows;

import dev.drover.flows.harness.NoticedEdits;

/** The tests of this package notice a deleted step. */
class NoticedEditsTest extends NoticedEdits {}
