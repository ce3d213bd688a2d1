namespace PeerReplica.Replication;

/// <summary>
/// Transfers in parts: how many bytes that arrived may wait for the rest, and for how long a peer may take to send or to
/// receive one.
/// </summary>
internal sealed partial class ReplicaCore
{
    /// <summary>
    /// The most bytes of one transfer: what one array can hold, with room to grow. A state beyond that cannot be sent to a
    /// newcomer.
    /// </summary>
    private const int MaxTransferBytes = 1 << 30;

    /// <summary>
    /// How many bytes of a transfer must have arrived for each second that it takes, at the permitted rate or more.
    /// </summary>
    private const long SlowestBytesPerSecond = 64 << 10;

    /// <summary>How long a transfer may take whatever its size.</summary>
    private TimeSpan StagingGrace => TimeSpan.FromMinutes(1) + (_options.PeerTimeout * 4);

    /// <summary>
    /// Whether another part of a transfer may be kept. Otherwise a link is closed: where the parts of all links are too much,
    /// the one of which most waits, so that a peer that sends without end does not have others disconnected.
    /// </summary>
    private bool HasRoomToStage(Link link, int bytes)
    {
        if (link.Staged.Length + (long)bytes > MaxTransferBytes)
        {
            Close(link, LinkVerdict.TooLarge, "a transfer is over 1 GiB");
            return false;
        }

        var (total, most) = ((long)bytes, link);
        foreach (var other in _links.InOrder())
        {
            if (!other.IsStaging) continue;
            total += other.Staged.Length;
            if (other.Staged.Length > most.Staged.Length) most = other;
        }

        if (total <= _options.MaxStagedBytes) return true;
        Close(most, LinkVerdict.OverQuota, $"unfinished transfers of all peers are over {_options.MaxStagedBytes:N0} bytes " +
            "(MaxStagedBytes), and it has most of them; raise the limit if the state is that large");
        return most != link;
    }

    /// <summary>
    /// Ends links whose transfer should be complete by now, and those whose peer takes no part of one: while it lasts no
    /// tombstone can be dropped here.
    /// </summary>
    private void TendStaging()
    {
        var slowest = Math.Min(SlowestBytesPerSecond, Math.Max(_options.MaxBytesPerSecondPerPeer / 4, 1));
        foreach (var link in _links.InOrder())
        {
            if (link.Transfer is not null) TendSending(link, slowest);
            if (!link.IsStaging) continue;
            var deadline = link.StagingSince + StagingGrace + TimeSpan.FromSeconds((double)link.Staged.Length / slowest);
            if (_now < deadline)
            {
                WakeAt(deadline);
                continue;
            }

            var seconds = (_now - link.StagingSince).TotalSeconds;
            var bytes = link.Staged.Length;
            Close(link, LinkVerdict.Unfinished, $"a transfer of {bytes:N0} bytes so far was not complete after {seconds:0} s");
        }
    }

    private void TendSending(Link link, long slowest)
    {
        var deadline = link.PartSentAt + StagingGrace + TimeSpan.FromSeconds((double)_options.MaxFrameBytes / slowest);
        var seconds = (_now - link.PartSentAt).TotalSeconds;
        if (_now < deadline) WakeAt(deadline);
        else Close(link, LinkVerdict.Unfinished, $"it took no part of a transfer for {seconds:0} s");
    }

    /// <summary>Gives up the transfer that is arriving on a link, and its memory.</summary>
    private static void DropStaged(Link link)
    {
        link.IsStaging = false;
        link.Staged.Reset(keepBytes: 1 << 20);
    }
}
