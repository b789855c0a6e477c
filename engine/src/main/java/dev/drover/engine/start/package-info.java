/** What a process checks before it starts anything: its settings, then its ports. */
package dev.drover.engine.start;
