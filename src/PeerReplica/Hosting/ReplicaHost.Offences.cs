using System.Text;
using Microsoft.Extensions.Logging;
using PeerReplica.Causality;
using PeerReplica.Diagnostics;
using PeerReplica.Replication;
using PeerReplica.Security;

namespace PeerReplica.Hosting;

/// <summary>Who is kept out: what is reported of it, and what an operator decides.</summary>
internal sealed partial class ReplicaHost
{
    /// <summary>So many decisions are logged as warnings in an hour: a peer can make them up.</summary>
    private const int DecisionsToSay = 64;

    private static readonly TimeSpan s_expulsionLasts = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_saidAgainAfter = TimeSpan.FromHours(1);
    private static readonly string[] s_identityPrefixes = ["spiffe://", "dns:", "key:"];

    private int _decisionsSaid;
    private Instant _decisionsSaidAt;

    /// <summary>The expelled identities, in order.</summary>
    public IReadOnlyList<string> Expelled
    {
        get
        {
            lock (_gate) return _core is null ? [] : [.. _core.Expelled];
        }
    }

    /// <summary>Expels an identity, or readmits it; in force here when it returns.</summary>
    public async Task DecideAsync(string identity, bool isExpelled, CancellationToken cancellationToken)
    {
        CheckIdentity(identity);
        if (!await UntilRunningAsync(_options.ConcernTimeout, cancellationToken).ConfigureAwait(false)) throw NotRunning();
        lock (_gate)
        {
            ThrowUnlessRunning();
            if (WhyNotDecided(_core!, identity, isExpelled) is { } reason) throw new PeerReplicaException(reason);
            var stamp = StampOf(_clock.Milliseconds);
            Step((core, now) => core.Decide(identity, isExpelled, stamp, now), urgent: true, drainAll: true);
            ThrowIfEnded();
        }
    }

    /// <summary>A name of a node, or an address, would be accepted in silence and expel nobody.</summary>
    private static void CheckIdentity(string identity)
    {
        ArgumentException.ThrowIfNullOrEmpty(identity);
        var isNamed = s_identityPrefixes.Any(p => identity.StartsWith(p, StringComparison.Ordinal));
        if (!isNamed || identity.Any(static c => char.IsControl(c) || char.IsSurrogate(c)))
        {
            throw new ArgumentException(
                $"'{Printable.Escape(identity)}' is no identity. It begins with spiffe://, dns: or key:, see PeerInfo.Identity.",
                nameof(identity));
        }

        if (Encoding.UTF8.GetByteCount(identity) > ExpulsionsObject.MaxIdentityBytes)
        {
            throw new ArgumentException(
                $"The identity is longer than {ExpulsionsObject.MaxIdentityBytes} bytes of UTF-8.", nameof(identity));
        }
    }

    private static Func<LinkIdentity, bool>? IsOperatorOf(PeerReplicaOptions options)
    {
        if (options.Operators.Count == 0) return null;
        var patterns = new OperatorPatterns([.. options.Operators]);
        return identity => patterns.Match(identity.NodeName, identity.IgnoresCase);
    }

    /// <summary>Why this replica's decisions would count nowhere; null when they do.</summary>
    private string? WhyNoOperator()
    {
        // The form of the own certificate's name is not known here; where case matters, the others tell.
        if (_options.Operators.Count == 0 || new OperatorPatterns([.. _options.Operators]).Match(_options.NodeName, ignoresCase: true)) return null;
        return $"This node, '{_options.NodeName}', matches no pattern of the option Operators ({string.Join(", ", _options.Operators)}), "
            + "so the other replicas would ignore its decision. Decide at an operator's instance, or add the node to Operators on all instances.";
    }

    private string? WhyNotDecided(ReplicaCore core, string identity, bool isExpelled)
    {
        if (!RequiresIdentity)
        {
            return "Peers have no identities here: nobody is authenticated. "
                + "Set SharedSecret, or certificates, on all instances.";
        }

        if (WhyNoOperator() is { } reason) return reason;
        if (core.IsExpelled(identity) == isExpelled) return null;
        if (core.IsExpelledThere(Now))
        {
            return "This replica is itself expelled from the cluster, and its peers do not hear it. "
                + "Decide at an instance that they are connected with.";
        }

        if (core.AdmitsDecision(identity)) return null;
        return $"{ExpulsionsObject.MaxIdentities} identities have been expelled since the cluster began, "
            + "readmitted ones included, and no more are remembered. Deny further ones with DeniedPeersFile, or replace the "
            + "secret; restarting the whole cluster forgets all.";
    }

    /// <summary>A peer sent what cannot be valid, and is kept out for a while.</summary>
    private void ReportQuarantine(ReplicaCore core, in CoreOutput output)
    {
        if (core.Quarantine.Find(output.Detail!) is not { } peer) return;
        var address = _connections.TryGetValue(output.Id, out var connection) ? connection.RemoteAddress : "(closed)";
        var level = _refusals.IsNews(address, output.Verdict, Now) ? LogLevel.Warning : LogLevel.Debug;
        Log.Quarantined(_logger, level, peer.Key, address, peer.Length.TotalSeconds, peer.Offences, peer.Detail);
        var name = peer.Replica?.NodeName ?? peer.Key;
        _health.Happened(
            new(ReplicaHealthReason.PeerQuarantined, default, peer.Key), peer.Length + s_eventLasts, name,
            $"The peer '{name}' ({peer.Key}) at {address} sent what cannot be valid: {peer.Detail}. "
                + $"It is kept out for {peer.Length.TotalSeconds:0.#} s.",
            "Compare the versions of both instances and look at the log of that one. If it was taken over, "
                + "expel its identity with ExpelAsync and replace its certificate or the secret.",
            Now);
        _isHealthDue = true;

        // Of members the change of their state is an event.
        if (peer.Replica is not { } replica || core.Members.Any(m => m.Id == replica.Id)) return;
        var identity = RequiresIdentity ? peer.Key : null;
        var info = new PeerInfo(replica.Id, replica.NodeName, replica.Address, PeerState.Quarantined, null, 0)
        {
            Identity = identity,
        };
        Notify(new PeerEvent(info, null));
    }

    private void ReportDecision(string identity, bool isExpelled)
    {
        if (Now >= _decisionsSaidAt + s_saidAgainAfter) (_decisionsSaid, _decisionsSaidAt) = (0, Now);
        var level = _decisionsSaid++ < DecisionsToSay ? LogLevel.Warning : LogLevel.Debug;
        Log.Decided(_logger, level, identity, isExpelled ? "expelled" : "readmitted");
        if (isExpelled) NoteExpelled(identity);
        _isHealthDue = true;
    }

    /// <summary>A link of an expelled identity was closed, or refused. Returns what is said of it.</summary>
    private string OfExpelled(string identity)
    {
        NoteExpelled(identity);
        return $"the identity {identity} is expelled from the cluster";
    }

    private void ReportIgnoredDecision(string author)
    {
        if (Now >= _decisionsSaidAt + s_saidAgainAfter) (_decisionsSaid, _decisionsSaidAt) = (0, Now);
        var level = _decisionsSaid++ < DecisionsToSay ? LogLevel.Warning : LogLevel.Debug;
        Log.DecisionIgnored(_logger, level, author);
    }

    private void NoteExpelled(string identity) => _health.Happened(
        new(ReplicaHealthReason.PeerExpelled, default, identity), s_eventLasts, identity,
        $"The identity {identity} is expelled from the cluster. This is reported for two minutes after the decision, "
            + "and after each attempt to connect with that identity.",
        "Stop the instance that has it, or readmit it with ReadmitAsync.", Now);

    /// <summary>A peer says that this replica is expelled.</summary>
    private void NoteExpelledThere(string address) => _health.Happened(
        new(ReplicaHealthReason.Expelled, default, null), s_expulsionLasts, _core!.Describe().NodeName,
        $"This replica's identity was expelled from the cluster, says the peer at {address}. "
            + "Nothing is exchanged with peers that know of it.",
        "Stop this instance. If it is to take part again, call ReadmitAsync with its identity on another instance.", Now);

    private PeerState StateOf(ReplicaCore core, Member member)
    {
        if (member.Link is not null) return PeerState.Up;
        if (core.IsExpelled(member.Identity)) return PeerState.Expelled;
        return core.IsQuarantined(member.PeerKey, Now) ? PeerState.Quarantined : PeerState.Unreachable;
    }

    private void Notify(PeerEvent change)
    {
        foreach (var watcher in _peerWatchers) watcher.Notify(change);
    }
}
