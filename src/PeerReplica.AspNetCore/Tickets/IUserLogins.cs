namespace PeerReplica.AspNetCore.Tickets;

/// <summary>The logins of the app's users at all instances. Thread-safe.</summary>
public interface IUserLogins
{
    /// <summary>
    /// Ends every login that the user has at any instance, those included that other instances stored and this one has not received yet. Each instance refuses them from
    /// the moment it learns of the call; the user can log in again at once.
    /// </summary>
    /// <param name="user">The user, as <see cref="PeerReplicaTicketOptions.UserOf"/> gives it.</param>
    /// <param name="concern">How many replicas must know of it before the call returns. Default <see cref="WriteConcern.Local"/>.</param>
    /// <param name="cancellationToken">Ends the waiting; the logins end all the same.</param>
    /// <returns>How many logins of the user this instance knew.</returns>
    /// <exception cref="ArgumentException"><paramref name="user"/> is empty.</exception>
    /// <exception cref="WriteConcernException">Too few replicas confirmed in time. The logins end all the same.</exception>
    Task<int> LogOutEverywhereAsync(string user, WriteConcern concern = default, CancellationToken cancellationToken = default);
}
