"""The lines to the homes: tested every hour or so, without looking at anybody.

A test opens a connection to the home's router or to its camera and closes it again. Not a
byte is sent, no picture is asked for, and so no grant is needed. A router that can may also
send a signed sign of life itself.
"""
