"""The words of the trade. Nothing here imports anything of ours but its neighbours in this folder."""
