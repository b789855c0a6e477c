/** What central's document store holds, and the forms that it has had. */
package dev.drover.central.store;
