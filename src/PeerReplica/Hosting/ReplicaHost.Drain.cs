using PeerReplica.Diagnostics;

namespace PeerReplica.Hosting;

/// <summary>What a replica does between <see cref="ReplicaState.Running"/> and its last broadcast: it hands changes and unused rights to those that stay.</summary>
internal sealed partial class ReplicaHost
{
    private static readonly TimeSpan s_lastWord = TimeSpan.FromMilliseconds(200);

    /// <summary>Hands over the last changes and what rights are left, as far as there is time and somebody to hand them to. The last broadcast is made whatever comes of that.</summary>
    private async Task DrainAsync()
    {
        var until = Now + _options.DrainTimeout;
        try
        {
            if (_options.DrainTimeout > TimeSpan.Zero && IsLinked()) await HandOverAsync(until, _drainCut.Token).ConfigureAwait(false);
        }
        finally
        {
            BroadcastLast();
        }

        if (_options.DrainTimeout == TimeSpan.Zero || !IsLinked()) return;
        try
        {
            // A step is all that this takes where a peer can be reached.
            var left = until - Now;
            var lastWord = WriteConcern.Peers(1).WithTimeout(left > s_lastWord ? left : s_lastWord);
            await FlushAsync(lastWord, isDrain: true, _drainCut.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PeerReplicaException or OperationCanceledException)
        {
            // Logged while handing over, or nobody is there to hear it.
        }
    }

    private async Task HandOverAsync(Causality.Instant until, CancellationToken cut)
    {
        try
        {
            await FlushAsync(WriteConcern.Peers(1).WithTimeout(_options.DrainTimeout), isDrain: true, cut).ConfigureAwait(false);
            if (!IsHandedOver() && until > Now) await HandOverRightsAsync(until - Now, cut).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.DrainIncomplete(_logger, "the token given to StopAsync was canceled, so peers may not have confirmed the last changes. The host's ShutdownTimeout must be longer than DrainTimeout.");
        }
        catch (PeerReplicaException e)
        {
            Log.DrainIncomplete(_logger, e.Message);
        }
    }

    private Task HandOverRightsAsync(TimeSpan timeout, CancellationToken cut) => WishAsync(
        static (core, _) => core.EscrowIsDue(),
        () => _core!.IsHandedOver,
        "Unused rights were not handed over within {0:0} ms. Peers reclaim them once a majority of the voters can be reached.",
        timeout,
        cut);

    private bool IsLinked()
    {
        lock (_gate) return Core.Links.Any(l => l.IsOpen);
    }

    private bool IsHandedOver()
    {
        lock (_gate) return Core.IsHandedOver;
    }
}
