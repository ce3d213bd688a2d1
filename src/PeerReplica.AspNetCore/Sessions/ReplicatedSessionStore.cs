using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Logging;

namespace PeerReplica.AspNetCore.Sessions;

/// <summary>Sessions in the replica, merged per session key. Thread-safe.</summary>
internal sealed class ReplicatedSessionStore(IPeerReplica replica, ILoggerFactory loggers, TimeProvider time) : ISessionStore
{
    public const string MapName = "peerreplica.sessions";

    private readonly IReplicatedMap<string, byte[]> _map = replica.GetMap<string, byte[]>(MapName);
    private readonly ILogger _logger = loggers.CreateLogger<ReplicatedSessionStore>();

    public ISession Create(string sessionKey, TimeSpan idleTimeout, TimeSpan ioTimeout, Func<bool> tryEstablishSession, bool isNewSessionKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionKey);
        ArgumentNullException.ThrowIfNull(tryEstablishSession);
        return new ReplicatedSession(_map, sessionKey, idleTimeout, tryEstablishSession, time, _logger);
    }
}
