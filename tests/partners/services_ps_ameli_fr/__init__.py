"""The double of INSi of Ameli (`services-ps.ameli.fr`): HTTPS, with client certificates."""
