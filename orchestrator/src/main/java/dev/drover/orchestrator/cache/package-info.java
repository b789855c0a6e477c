/**
 * The mall's copy of its data, {@code cache.db}: whole, sealed, replaced or changed in one step.
 */
package dev.drover.orchestrator.cache;
