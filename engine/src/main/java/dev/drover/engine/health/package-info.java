/** What is wrong with a process, said where people look: in the answer of {@code /health}. */
package dev.drover.engine.health;
