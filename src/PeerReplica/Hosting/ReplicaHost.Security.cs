using Microsoft.Extensions.Logging;
using PeerReplica.Diagnostics;
using PeerReplica.Replication;
using PeerReplica.Security;
using PeerReplica.Transport;

namespace PeerReplica.Hosting;

/// <summary>Who is at the other end of a connection, and what the transport reports of those that were not let in.</summary>
internal sealed partial class ReplicaHost
{
    private bool RequiresIdentity => _options.SharedSecret is not null || _options.UsesCertificates;

    public void OnNotification(TransportNotification notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        lock (_gate)
        {
            if (!IsLive) return;
            if (VerdictOf(notice.Kind) is { } verdict) ReportHandshake(notice, verdict);
            else if (notice.Kind == TransportNotificationKind.CertificatesReloaded) Log.CertificatesReloaded(_logger, notice.Detail);
            else ReportCertificates(notice.Detail);
        }
    }

    public void OnExpiring(ITransportConnection connection, TimeSpan within)
    {
        lock (_gate)
        {
            if (_linkIds.TryGetValue(connection, out var id)) Step((core, now) => core.LinkExpires(id, within, now));
        }
    }

    private static LinkVerdict? VerdictOf(TransportNotificationKind kind) => kind switch
    {
        TransportNotificationKind.NotAuthenticated => LinkVerdict.NotAuthenticated,
        TransportNotificationKind.VersionMismatch => LinkVerdict.VersionMismatch,
        TransportNotificationKind.NotEncrypted => LinkVerdict.NotEncrypted,
        TransportNotificationKind.Denied => LinkVerdict.Denied,
        TransportNotificationKind.HandshakeFailed => LinkVerdict.HandshakeFailed,
        _ => null,
    };

    /// <summary>
    /// A failed handshake. One that only broke or came too late is nothing that an operator could mend here when a stranger made it: it is counted, and seen at the level of debugging.
    /// </summary>
    private void ReportHandshake(TransportNotification notice, LinkVerdict verdict)
    {
        Metrics.LinkClosed(verdict);
        var address = notice.RemoteAddress ?? "(unknown)";
        if (verdict == LinkVerdict.HandshakeFailed && !notice.IsDialed)
        {
            Log.LinkRefused(_logger, LogLevel.Debug, address, verdict, notice.Detail);
            return;
        }

        ReportRefusal(address, verdict, notice.Detail);
        if (verdict != LinkVerdict.HandshakeFailed) NoteRefusal(address, verdict, notice.Detail);
    }

    private void ReportCertificates(string fault)
    {
        Metrics.CertificatesRefused();
        Log.CertificatesRefused(_logger, fault);
    }

    private void ReportRefusal(string address, LinkVerdict verdict, string detail)
    {
        var level = _refusals.IsNews(address, verdict, Now) ? LogLevel.Warning : LogLevel.Debug;
        Log.LinkRefused(_logger, level, address, verdict, detail);
    }

    /// <summary>Who the transport has authenticated; false when it has not, and the options demand it.</summary>
    private bool TryIdentify(ITransportConnection connection, out LinkIdentity? identity)
    {
        identity = null;
        PeerIdentity? peer = null;
        try
        {
            peer = connection.Peer;
        }
        catch (Exception e)
        {
            Log.TransportFailed(_logger, connection.RemoteAddress, e);
        }

        if (peer is null)
        {
            if (!RequiresIdentity) return true;
            const string detail = "the transport does not say who the peer is, and the options demand that it be authenticated: authenticate each stream with ChannelSecurity, and report the identity";
            ReportRefusal(connection.RemoteAddress, LinkVerdict.NotAuthenticated, detail);
            NoteRefusal(connection.RemoteAddress, LinkVerdict.NotAuthenticated, detail);
            return false;
        }

        if (!peer.IsShared) identity = IdentityOf(peer);
        return true;
    }

    /// <summary>A link is renewed when between 70 and 85 % of its time have passed: not all at once, and with time to try again.</summary>
    private LinkIdentity IdentityOf(PeerIdentity peer)
    {
        var now = Now;
        var left = _options.MaxLinkAge;
        if (peer.ValidUntil is { } end && end - _environment.Time.GetUtcNow() < left) left = end - _environment.Time.GetUtcNow();
        left = TimeSpan.FromTicks(Math.Max(0, left.Ticks));
        return new LinkIdentity(peer.Name, peer.NodeName, peer.IgnoresCase)
        {
            RenewAt = now + (left * (0.7 + (0.15 * Random.Shared.NextDouble()))),
            EndsAt = now + left,
        };
    }
}
