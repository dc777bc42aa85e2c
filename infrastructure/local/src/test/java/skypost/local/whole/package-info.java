/** The whole system, driven from outside through its ports as its users do. */
package skypost.local.whole;
