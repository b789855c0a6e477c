/** Faults of a process's own disk, brokers and files, seen from outside. */
package dev.drover.e2e.faults;
