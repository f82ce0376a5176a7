"""How the network is made: net, training, calibration, export."""
