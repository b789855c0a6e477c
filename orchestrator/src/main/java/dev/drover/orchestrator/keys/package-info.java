/** The change of the key that seals the mall's records: {@code 13-keys}. */
package dev.drover.orchestrator.keys;
